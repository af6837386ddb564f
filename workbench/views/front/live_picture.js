// The picture with its boxes, and the answer beside it. Picture, boxes and answer of one frame change together.

class LivePicture {
  constructor(palette) {
    this.palette = palette;
    this.pane = new BoxPane();
    this.canvas = node("canvas", { class: "wb-frame", role: "img", "aria-label": "No picture yet", width: 16, height: 9 });
    this.pane.image.replaceWith(this.canvas);
    this.pane.image = this.canvas;
    this.pen = this.canvas.getContext("bitmaprenderer");
    this.bars = node("div", { class: "wb-bars" });
    const heading = node("h4", {}, "The model predicts");
    this.answer = node("section", { class: "wb-answer wb-answer-a", "aria-label": "Answer", hidden: true }, heading, this.bars);
    this.frozen = node("span", { class: "wb-frozen", hidden: true }, "frozen");
    this.pane.stage.append(this.frozen);
    this.aside = node("div", { class: "wb-aside" }, this.answer);
    this.root = node("div", { class: "wb-live-picture" }, this.pane.root, this.aside);
    this.turn = 0;
    this.threshold = 0;
    this.pane.count.removeAttribute("aria-live"); // thirty times a second is nothing to be read aloud
  }

  // Show a picture unless a newer one has come meanwhile; whether it did, comes back
  async show(picture, bytes, live = () => true) {
    const turn = ++this.turn;
    const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
    if (turn !== this.turn || !live()) return bitmap.close();
    Object.assign(this.canvas, { width: bitmap.width, height: bitmap.height });
    this.pen.transferFromImageBitmap(bitmap);
    this.fill(picture);
    return true;
  }

  fill({ where, size, boxes, answer, index }) {
    this.filled = { where, size, boxes };
    this.cut(this.threshold);
    this.answer.hidden = !answer;
    if (answer) this.bars.replaceChildren(...bars(answer));
    if (answer) this.bars.style.setProperty("--rows", Math.max(answer.rows.length, this.rows ?? 0));
    this.rows = answer?.rows.length;
    this.canvas.setAttribute("aria-label", `Live picture, ${where}`);
    this.root.dataset.index = index;
  }

  // Only boxes that are shown become elements: a detector may give a hundred, thirty times a second
  cut(threshold) {
    this.threshold = threshold;
    if (!this.filled) return;
    const { where, size, boxes } = this.filled;
    const paint = (color) => this.palette[color % this.palette.length];
    const shown = (boxes ?? []).filter(([, , , , score]) => score === null || score >= threshold);
    this.pane.fill([{ name: where, boxes: shown, paint }], size);
    this.pane.cut(threshold);
    this.pane.count.hidden = !boxes;
    this.pane.count.textContent = `${shown.length} of ${boxes?.length} ${boxes?.length === 1 ? "box" : "boxes"}`;
  }

  dispose() {
    this.turn += 1;
    this.pane.dispose();
  }
}
