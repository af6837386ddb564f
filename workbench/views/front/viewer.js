// The browser's half of FrameViewer. It holds no logic of its own: it shows what Python sends, and turns clicks and
// keys into requests.

class Viewer extends Player {
  constructor(model, el) {
    super(model, el, "Frame viewer: arrow keys step, space plays");
    const send = (request) => this.request(request);
    this.pictures = new Pictures();
    this.answers = new Answers();
    this.slots = new Slots(model.get("schema"), send);
    this.root.append(this.pictures.root, this.answers.root, this.slots.root);
    this.pictures.root.addEventListener("pointerdown", () => this.root.focus({ preventScroll: true }));
    send({ kind: "hello" });
  }

  message(message, buffers) {
    if (message.kind !== "answers") return super.message(message, buffers);
    this.say(message.banner);
    this.answers.update(message);
  }

  display(message, buffers) {
    this.root.dataset.changed = message.changed.join(" ");
    this.pictures.root.classList.toggle("wb-stale", message.stale);
    this.slots.update(message);
    this.answers.expect(message);
    if (!buffers.length) return;
    this.pictures.update(message, buffers).then(
      () => { this.root.dataset.still = this.pictures.exact && !this.link.busy; },
      (error) => this.say(`The browser cannot show this picture: ${error}`),
    );
  }

  dispose() {
    super.dispose();
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
