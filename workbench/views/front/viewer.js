// The browser's half of FrameViewer. It holds no logic of its own: it shows what Python sends, and turns clicks and
// keys into requests.

class Viewer extends Player {
  constructor(model, el) {
    super(model, el, "Frame viewer: arrow keys step, space plays");
    const send = (request) => this.request(request);
    this.pictures = new Pictures();
    this.answers = new Answers();
    this.questions = new Questions(send);
    this.slots = new Slots(model.get("schema"), send);
    this.root.append(this.pictures.root, this.answers.root, this.questions.root, this.slots.root);
    this.parts = {
      answers: (told) => this.answers.update(told),
      explained: (told) => this.questions.explain.update(told),
      find: (told) => this.questions.search(told),
      code: (told) => this.questions.code.update(told),
    };
    this.pictures.root.addEventListener("pointerdown", () => this.root.focus({ preventScroll: true }));
    send({ kind: "hello" });
  }

  message(message, buffers) {
    const part = this.parts[message.kind];
    if (!part) return super.message(message, buffers);
    this.say(message.banner);
    part(message);
  }

  display(message, buffers) {
    this.root.dataset.changed = message.changed.join(" ");
    this.pictures.root.classList.toggle("wb-stale", message.stale);
    this.slots.update(message);
    this.answers.expect(message);
    this.questions.update(message);
    if (!buffers.length && message.stale) return;
    const shown = buffers.length ? this.pictures.update(message, buffers) : Promise.resolve(true); // else the old ones stay
    shown.then(
      (done) => done && this.stand(),
      (error) => this.say(`The browser cannot show this picture: ${error}`),
    );
  }

  // Whether exact pictures of what was asked for are here
  stand() {
    this.root.dataset.still = Boolean(this.pictures.exact) && !this.link.busy;
  }

  dispose() {
    this.questions.dispose();
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
