// The score from which on boxes are shown: it works in the browser at once, and Python is told when it rests.

const STEP = 0.05; // of the threshold, by arrow up and down
const REST_MS = 250; // a threshold that has not moved for so long is told to Python

class Threshold {
  constructor(model, onMove) {
    this.model = model;
    this.slider = node("input", {
      type: "range", class: "wb-slider wb-threshold", min: 0, max: 1, step: 0.01, "aria-label": "Score threshold",
      oninput: () => this.set(Number(this.slider.value)),
    });
    this.output = node("output", { class: "wb-where wb-threshold-value" });
    this.root = node("div", { class: "wb-transport" }, node("span", {}, "Score"), this.slider, this.output);
    this.onMove = onMove;
    this.told = () => this.take(model.get("threshold"));
    model.on("change:threshold", this.told);
    this.take(model.get("threshold"));
  }

  set(value) {
    this.take(Math.min(Math.max(Math.round(100 * value) / 100, 0), 1));
    clearTimeout(this.later);
    this.later = setTimeout(() => {
      this.model.set("threshold", this.value);
      this.model.save_changes();
    }, REST_MS);
  }

  take(value) {
    this.value = value;
    this.slider.value = value;
    this.slider.setAttribute("aria-valuetext", `scores of ${value.toFixed(2)} or more`);
    this.output.textContent = `≥ ${value.toFixed(2)}`;
    this.onMove(value);
  }

  dispose() {
    clearTimeout(this.later);
    this.model.off("change:threshold", this.told);
  }
}
