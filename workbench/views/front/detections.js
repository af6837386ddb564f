// The browser's half of DetectionViewer: frames come from Python, the threshold works here, at once.

class Detections extends Player {
  constructor(model, el) {
    super(model, el, "Detections: left and right arrow step, up and down change the score threshold, space plays");
    this.palette = model.get("schema");
    this.panes = [];
    this.row = node("div", { class: "wb-panes" });
    this.threshold = new Threshold(model, (value) => this.panes.forEach((pane) => pane.cut(value)));
    this.layout = node("div", { class: "wb-layout", role: "group", "aria-label": "Layout", hidden: true });
    for (const name of ["side by side", "over each other"]) {
      const choose = () => this.arrange(name);
      this.layout.append(node("button", { type: "button", "aria-pressed": "false", onclick: choose }, name));
    }
    this.threshold.root.append(this.layout);
    this.root.classList.add("wb-detections");
    this.root.append(this.threshold.root, this.row);
    this.row.addEventListener("pointerdown", () => this.root.focus({ preventScroll: true }));
    this.turn = 0;
    this.over = false;
    this.request({ kind: "hello" });
  }

  display(message, buffers) {
    this.row.classList.toggle("wb-stale", message.stale);
    this.layout.hidden = message.sets.length < 2;
    if (!buffers.length) return;
    const turn = ++this.turn;
    const url = URL.createObjectURL(new Blob([buffers[0]], { type: "image/jpeg" }));
    const ready = new Image();
    ready.src = url;
    ready.decode().then(
      () => {
        if (turn !== this.turn) return URL.revokeObjectURL(url);
        this.fill(message, url);
        this.root.dataset.still = !message.moving && !this.link.busy;
      },
      (error) => this.say(`The browser cannot show this picture: ${error}`),
    );
  }

  // Picture and boxes of one frame change together
  fill(message, url) {
    const old = this.url;
    this.url = url;
    this.filled = message;
    const groups = this.over ? [message.sets] : message.sets.map((set) => [set]);
    while (this.panes.length > groups.length) this.panes.pop().dispose();
    while (this.panes.length < groups.length) this.panes.push(new BoxPane());
    this.row.replaceChildren(...this.panes.map((pane) => pane.root));
    const paint = (color) => this.palette[color % this.palette.length];
    this.panes.forEach((pane, place) => {
      const sets = groups[place].map((set, number) => {
        const chip = paint(number);
        return { ...set, chip, paint: groups[place].length > 1 ? () => chip : paint };
      });
      pane.fill(sets, message.size);
      pane.image.alt = `${message.where}: ${sets.map(({ name, boxes }) => `${name} ${boxes.length} boxes`).join(", ")}`;
      pane.show(url);
      pane.cut(this.threshold.value);
    });
    this.row.dataset.index = message.index;
    if (old && old !== url) URL.revokeObjectURL(old);
    this.mark();
  }

  arrange(name) {
    this.over = name === "over each other";
    if (this.filled) this.fill(this.filled, this.url);
  }

  mark() {
    for (const each of this.layout.children) {
      each.setAttribute("aria-pressed", String((each.textContent === "over each other") === this.over));
    }
  }

  key(event) {
    const { key, target } = event;
    const own = target === this.threshold.slider && /^(Arrow|Home|End|Page)/.test(key);
    if (own) return event.stopPropagation(); // the slider moves by itself
    if ((key === "ArrowUp" || key === "ArrowDown") && !target.matches("input")) {
      this.threshold.set(this.threshold.value + (key === "ArrowUp" ? STEP : -STEP));
      event.preventDefault();
      return event.stopPropagation();
    }
    super.key(event);
  }

  dispose() {
    super.dispose();
    this.turn += 1; // what is still being decoded is not shown
    this.threshold.dispose();
    for (const pane of this.panes) pane.dispose();
    if (this.url) URL.revokeObjectURL(this.url);
  }
}

export default {
  render({ model, el }) {
    const viewer = new Detections(model, el);
    return () => viewer.dispose();
  },
};
