// The browser's half of LiveViewer. Each picture is numbered, and acknowledged once it is drawn. While the page is
// hidden nothing is, so that the kernel sends two a second for a while, and then nothing more.

const ONE = {
  sides: ["b"],
  name: "The recipe that runs, slot by slot",
  same: "The recipe it began with",
  differ: (count) => (count === 1 ? "slot changed" : "slots changed"),
  changed: " (changed)",
  copy: "Back to where it began",
  reset: (slot) => `Put ${slot} back`,
  help: "Point at a slot for its definition. A change takes effect with the next frame. Space freezes the picture.",
};
const LABEL = "Live viewer: space freezes the picture, up and down change the score threshold";

class Live {
  constructor(model, el) {
    const { palette, policies, slots } = model.get("schema");
    this.model = model;
    this.id = Math.random().toString(36).slice(2);
    this.link = new Link(model, { onTrouble: (text) => this.trouble(text), onIdle: () => {} });
    this.camera = new Camera({
      send: (message, buffers) => this.tell({ ...message, view: this.id }, buffers),
      onTrouble: (error) => this.link.send({ kind: "camera", view: this.id, error }),
    });
    this.controls = new Controls(policies, {
      start: (chosen) => this.link.send({ kind: "start", view: this.id, ...chosen }),
      stop: () => this.link.send({ kind: "stop" }),
      freeze: () => this.freeze(!this.frozen),
      send: () => this.link.send({ kind: "send", number: this.number }),
    });
    this.picture = new LivePicture(palette);
    this.phase = new Phase();
    this.figures = new Figures();
    this.threshold = new Threshold(model, (value) => this.picture.cut(value));
    this.slots = slots.length ? new Slots(slots, (request) => this.link.send(request), ONE) : undefined;
    this.build(el);
    this.listen();
    this.link.send({ kind: "hello", view: this.id });
  }

  build(el) {
    this.banner = node("div", { class: "wb-banner", role: "alert", hidden: true }, icon("alert"), node("span"));
    this.below = node("div", { class: "wb-explored", hidden: true });
    this.threshold.root.hidden = true;
    const acts = node("div", { class: "wb-live-acts" }, this.controls.hold, this.controls.explore, this.threshold.root, this.phase.root);
    const about = { class: "wb-viewer wb-live", tabindex: "0", "aria-label": LABEL, ...KEEPS_KEYS };
    this.root = node(
      "section", { ...about, onkeydown: (event) => this.key(event) },
      this.controls.root, acts, this.banner, this.picture.root, this.slots?.root ?? "", this.below,
    );
    this.picture.aside.append(this.figures.root);
    this.picture.root.addEventListener("pointerdown", () => this.root.focus({ preventScroll: true }));
    el.append(this.root);
  }

  listen() {
    this.receive = (message, buffers) => this.message(message, buffers);
    this.explored = () => this.mount(this.model.get("explorer"));
    this.severed = () => this.gone();
    this.model.on("msg:custom", this.receive);
    this.model.on("change:explorer", this.explored);
    this.model.on("comm_live_update", this.severed); // JupyterLab's word that the kernel has gone
    this.seen = new IntersectionObserver(([entry]) => {
      this.inView = entry.isIntersecting;
      this.catchUp();
    });
    this.seen.observe(this.root);
    this.shown = () => this.catchUp();
    document.addEventListener("visibilitychange", this.shown);
    this.explored();
  }

  get visible() {
    return this.inView && !document.hidden;
  }

  message(message, buffers) {
    if (message.kind === "taken") {
      if (message.view === this.id) this.camera.taken(message.number);
      return;
    }
    if (message.kind === "state") return this.state(message, buffers);
    this.late = [message, buffers]; // an unseen page looks at the last one when it is seen again
    this.catchUp();
  }

  catchUp() {
    if (this.visible && this.late) this.view(...this.late);
  }

  state(message, buffers) {
    this.frozen = message.frozen;
    this.run = message.run;
    this.root.dataset.run = message.run;
    this.controls.update(message);
    this.picture.frozen.hidden = !this.frozen;
    if (message.recipes) this.slots?.update(message.recipes);
    this.news(message);
    if (message.picture && buffers.length) this.paint(message, buffers[0]);
    this.lend(message);
    this.link.answered();
  }

  // The camera is on only while it is this page's that is wanted
  lend({ wants_camera: wanted, camera }) {
    if (wanted && !camera) this.link.send({ kind: "camera", view: this.id });
    if (wanted && camera === this.id) this.camera.open();
    else this.camera.close();
  }

  async view(message, buffers) {
    this.late = undefined;
    this.news(message);
    if (message.picture && buffers.length && !this.frozen) await this.paint(message, buffers[0]);
    this.tell({ kind: "ack", number: message.number });
  }

  news({ status, figures, banner, ...rest }) {
    this.phase.update(status, rest.elapsed);
    if (rest.elapsed === "") this.figures.root.hidden = true; // nothing has run yet
    if (rest.tiles) this.figures.update(rest);
    this.say(banner);
  }

  async paint(message, bytes) {
    const live = () => message.kind === "state" || !this.frozen;
    try {
      if (!(await this.picture.show(message.picture, bytes, live))) return false;
    } catch (error) {
      this.say(`The browser cannot show this picture: ${error}`);
      return false;
    }
    this.threshold.root.hidden = !message.picture.boxes;
    this.number = message.number;
    this.root.dataset.shown = Number(this.root.dataset.shown ?? 0) + 1;
    this.root.dataset.age = Math.round(Date.now() - message.picture.captured_ms);
    return true;
  }

  freeze(on) {
    this.frozen = on;
    this.picture.frozen.hidden = !on;
    this.controls.freeze(on);
    this.link.send({ kind: "freeze", on, number: this.number });
  }

  async mount(id) {
    const turn = (this.mounting = (this.mounting ?? 0) + 1);
    this.explorer?.remove();
    this.explorer = undefined;
    this.below.hidden = !id;
    if (!id) return;
    try {
      const child = await this.model.widget_manager.get_model(id);
      const view = await this.model.widget_manager.create_view(child);
      if (turn !== this.mounting) return view.remove();
      this.explorer = view;
      this.below.replaceChildren(view.el);
    } catch (error) {
      this.say(`The explorer cannot be shown here (${error}); display viewer.explorer in a cell`);
    }
  }

  key(event) {
    const { key, target } = event;
    if (target.closest(".wb-viewer") !== this.root) return; // the explorer's own
    if (event.ctrlKey || event.metaKey || event.altKey || target.matches("select, textarea, input[type=text]")) return;
    const slides = target === this.threshold.slider && /^(Arrow|Home|End|Page)/.test(key);
    const vertical = { ArrowUp: STEP, ArrowDown: -STEP }[key];
    if (slides) return event.stopPropagation(); // the slider moves by itself
    if (key === " " && !target.matches("button")) this.freeze(!this.frozen);
    else if (vertical && !this.threshold.root.hidden) this.threshold.set(this.threshold.value + vertical);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  tell(message, buffers) {
    try {
      this.model.send(message, undefined, buffers);
    } catch {
      this.gone();
    }
  }

  say(text) {
    this.banner.hidden = !text;
    if (this.banner.lastChild.textContent !== (text ?? "")) this.banner.lastChild.textContent = text ?? "";
  }

  trouble(text) {
    this.say(text);
    if (text === STOPPED) this.gone();
  }

  gone() {
    this.camera.close();
    this.link.dispose();
    this.phase.update({ phase: "off", detail: "the kernel has stopped" });
    this.say(STOPPED);
    this.root.dataset.run = "gone";
  }

  dispose() {
    this.camera.close();
    this.link.dispose();
    this.seen.disconnect();
    document.removeEventListener("visibilitychange", this.shown);
    this.model.off("msg:custom", this.receive);
    this.model.off("change:explorer", this.explored);
    this.model.off("comm_live_update", this.severed);
    this.explorer?.remove();
    this.threshold.dispose();
    this.picture.dispose();
  }
}

export default {
  render({ model, el }) {
    const viewer = new Live(model, el);
    return () => viewer.dispose();
  },
};
