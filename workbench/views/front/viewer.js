// The browser's half of FrameViewer. It holds no logic of its own: it shows what Python sends, and turns clicks and
// keys into requests.

const SETTLE_MS = 180; // without a move for so long, ask for exact pixels (PNG)

class Viewer {
  constructor(model, el) {
    this.link = new Link(model, { onTrouble: (text) => this.say(text), onIdle: () => this.idle() });
    const send = (request) => this.request(request);
    this.transport = new Transport(send);
    this.pictures = new Pictures();
    this.answers = new Answers();
    this.slots = new Slots(model.get("schema"), send);
    this.banner = node("div", { class: "wb-banner", role: "alert", hidden: true }, icon("alert"), node("span"));
    this.root = node(
      "section",
      {
        class: "wb-viewer", tabindex: "0", "aria-label": "Frame viewer: arrow keys step, space plays", ...KEEPS_KEYS,
        onkeydown: (event) => this.key(event),
      },
      this.transport.root, this.banner, this.pictures.root, this.answers.root, this.slots.root,
    );
    this.pictures.root.addEventListener("pointerdown", () => this.root.focus({ preventScroll: true }));
    el.append(this.root);
    this.receive = (message, buffers) => this.message(message, buffers);
    this.model = model;
    model.on("msg:custom", this.receive);
    send({ kind: "hello" });
  }

  request(request) {
    clearTimeout(this.later);
    this.asked = performance.now();
    this.root.dataset.still = false;
    this.link.send(request);
  }

  message(message, buffers) {
    this.say(message.banner);
    if (message.kind === "answers") return this.answers.update(message);
    if ("index" in message) this.display(message, buffers);
    this.link.answered();
  }

  display(message, buffers) {
    this.last = message;
    this.root.dataset.playing = message.playing;
    this.root.dataset.changed = message.changed.join(" ");
    this.pictures.root.classList.toggle("wb-stale", message.stale);
    this.transport.update(message, this.link.moving);
    this.slots.update(message);
    this.answers.expect(message);
    if (!buffers.length) return;
    this.pictures.update(message, buffers).then(
      () => { this.root.dataset.still = this.pictures.exact && !this.link.busy; },
      (error) => this.say(`The browser cannot show this picture: ${error}`),
    );
  }

  // Nothing is on the way: play on, or ask for exact pixels where the last ones were JPEG
  idle() {
    clearTimeout(this.later);
    if (!this.last) return;
    if (this.last.playing) {
      const left = 1000 * this.last.pause_s - (performance.now() - this.asked);
      this.later = setTimeout(() => this.request({ kind: "tick" }), Math.max(left, 0));
    } else if (this.last.mime === "image/jpeg") {
      this.later = setTimeout(() => this.request({ kind: "settle" }), SETTLE_MS);
    }
  }

  key(event) {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.matches("select, input[type=text]")) return;
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
    this.pictures.turn += 1; // what is still being decoded is not shown
    for (const pane of this.pictures.panes) if (pane.image.src) URL.revokeObjectURL(pane.image.src);
  }
}

export default {
  render({ model, el }) {
    const viewer = new Viewer(model, el);
    return () => viewer.dispose();
  },
};
