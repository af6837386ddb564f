// What every viewer of frames has: transport, banner, keys, and one request after the other. A viewer of its own adds
// `display(message, buffers)`, which shows what Python sent.

const SETTLE_MS = 180; // without a move for so long, ask for the better pictures

class Player {
  constructor(model, el, label) {
    this.model = model;
    this.link = new Link(model, { onTrouble: (text) => this.say(text), onIdle: () => this.idle() });
    this.transport = new Transport((request) => this.request(request));
    this.banner = node("div", { class: "wb-banner", role: "alert", hidden: true }, icon("alert"), node("span"));
    const about = { class: "wb-viewer", tabindex: "0", "aria-label": label, ...KEEPS_KEYS };
    this.root = node("section", { ...about, onkeydown: (event) => this.key(event) }, this.transport.root, this.banner);
    el.append(this.root);
    this.receive = (message, buffers) => this.message(message, buffers);
    model.on("msg:custom", this.receive);
  }

  request(request) {
    clearTimeout(this.later);
    this.asked = performance.now();
    this.root.dataset.still = false;
    this.link.send(request);
  }

  message(message, buffers) {
    this.say(message.banner);
    if ("index" in message) {
      this.last = message;
      this.root.dataset.playing = message.playing;
      this.transport.update(message, this.link.moving);
      this.display(message, buffers);
    }
    this.link.answered();
  }

  // Nothing is on the way: play on, or ask for the better pictures where the last ones were made to move
  idle() {
    clearTimeout(this.later);
    if (!this.last) return;
    if (this.last.playing) {
      const left = 1000 * this.last.pause_s - (performance.now() - this.asked);
      this.later = setTimeout(() => this.request({ kind: "tick" }), Math.max(left, 0));
    } else if (this.last.moving) {
      this.later = setTimeout(() => this.request({ kind: "settle" }), SETTLE_MS);
    }
  }

  key(event) {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.matches("select, textarea, input[type=text], input[type=number]")) return;
    const moves = { ArrowLeft: -1, ArrowRight: 1 };
    if (key === " " && !target.matches("button")) this.transport.toggle();
    else if (key in moves) this.transport.step(moves[key] * (event.shiftKey ? 10 : 1));
    else if (key === "Home" || key === "End") this.transport.seek(key === "Home" ? 0 : this.transport.length - 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  say(text) {
    this.banner.hidden = !text;
    if (this.banner.lastChild.textContent !== (text ?? "")) this.banner.lastChild.textContent = text ?? "";
  }

  dispose() {
    clearTimeout(this.later);
    this.link.dispose();
    this.model.off("msg:custom", this.receive);
  }
}
