// A frame with its boxes: SVG over the picture, so that they follow every size; labels are HTML, so that they stay
// readable at every size.

const SVG = "http://www.w3.org/2000/svg";
const DASHES = ["none", "8 5", "2 4"]; // of the first, second, third prediction when they lie over each other

class BoxPane {
  constructor() {
    this.title = node("span", { class: "wb-title" });
    this.count = node("span", { class: "wb-detail wb-count", "aria-live": "polite" });
    this.image = node("img", { class: "wb-frame", alt: "", draggable: "false" });
    this.layer = document.createElementNS(SVG, "svg");
    this.layer.setAttribute("class", "wb-boxes");
    this.layer.setAttribute("preserveAspectRatio", "none");
    this.layer.setAttribute("aria-hidden", "true");
    this.labels = node("div", { class: "wb-labels" });
    this.stage = node("div", { class: "wb-stage" }, this.image, this.layer, this.labels);
    this.root = node("figure", { class: "wb-pane" }, node("figcaption", {}, this.title, this.count), this.stage);
    this.boxes = [];
    this.resized = new ResizeObserver(() => this.arrange());
    this.resized.observe(this.stage);
  }

  // `sets`: one prediction, or several that lie over each other; each { name, boxes, paint }
  fill(sets, [height, width]) {
    this.layer.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.root.style.setProperty("--aspect", width / height);
    this.size = { height, width };
    this.sets = sets;
    this.boxes = sets.flatMap((set, place) => set.boxes.map((box) => this.box(box, set, sets.length > 1 ? place : 0)));
    this.boxes.sort((one, other) => other.area - one.area); // small ones on top
    this.layer.replaceChildren(...this.boxes.map((box) => box.rect));
    this.labels.replaceChildren(...this.boxes.map((box) => box.label));
    this.title.replaceChildren(...this.heading(sets));
  }

  heading(sets) {
    if (sets.length === 1) return [sets[0].name];
    return sets.map(({ name, chip }) => {
      const shown = node("span", { class: "wb-chip" }, name);
      Object.assign(shown.style, { background: chip.fill, color: chip.ink });
      return shown;
    });
  }

  box([x0, y0, x1, y1, score, text, color], { paint }, place) {
    const { fill, ink } = paint(color);
    const rect = document.createElementNS(SVG, "rect");
    const shape = { x: x0, y: y0, width: Math.max(0, x1 - x0), height: Math.max(0, y1 - y0) };
    for (const [name, value] of Object.entries(shape)) rect.setAttribute(name, value);
    Object.assign(rect.style, { stroke: fill, strokeDasharray: DASHES[place % DASHES.length] });
    const label = node("span", { class: "wb-box-label" }, text);
    Object.assign(label.style, { background: fill, color: ink });
    const box = { rect, label, score, x0, y0, x1, y1, area: shape.width * shape.height };
    const over = (on) => [rect, label].forEach((each) => each.classList.toggle("wb-over", on));
    rect.addEventListener("pointerenter", () => over(true));
    rect.addEventListener("pointerleave", () => over(false));
    return box;
  }

  cut(threshold) {
    let shown = 0;
    for (const { rect, label, score } of this.boxes) {
      const out = score !== null && score < threshold;
      rect.classList.toggle("wb-out", out);
      label.hidden = out;
      shown += !out;
    }
    const all = this.boxes.length;
    this.count.textContent = `${shown} of ${all} ${all === 1 ? "box" : "boxes"}`;
    this.root.dataset.shown = shown;
    this.arrange();
  }

  // Labels have a size of their own in CSS pixels, so they are placed anew when the picture's changes
  arrange() {
    const { clientWidth: width, clientHeight: height } = this.stage;
    if (!width || !this.size) return;
    const [across, down] = [width / this.size.width, height / this.size.height];
    const seen = this.boxes.filter((box) => !box.label.hidden).sort((one, other) => other.score - one.score);
    const placed = seen.map(({ label, x0, y0, x1, y1 }) => ({
      label, x0: x0 * across, y0: y0 * down, x1: x1 * across, y1: y1 * down, w: label.offsetWidth, h: label.offsetHeight,
    }));
    placeLabels(placed, width, height);
    for (const { label, left, top, crowded } of placed) {
      label.style.transform = `translate(${left}px, ${top}px)`;
      label.classList.toggle("wb-crowded", crowded);
    }
  }

  show(url) {
    this.image.src = url;
  }

  dispose() {
    this.resized.disconnect();
  }
}
