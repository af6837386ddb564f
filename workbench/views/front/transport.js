// Previous, play, next, and the slider.

class Transport {
  constructor(send) {
    this.send = send;
    this.index = 0;
    this.length = 1;
    this.play = button("play", "Play (space)", () => this.toggle());
    this.slider = node("input", {
      type: "range", class: "wb-slider", min: 0, max: 0, step: 1, value: 0, "aria-label": "Frame",
      oninput: () => this.seek(Number(this.slider.value)),
    });
    this.where = node("output", { class: "wb-where" });
    this.root = node(
      "div", { class: "wb-transport", role: "group", "aria-label": "Frames" },
      button("previous", "Previous frame (left arrow)", () => this.step(-1)),
      this.play,
      button("next", "Next frame (right arrow)", () => this.step(1)),
      this.slider,
      this.where,
    );
  }

  step(by) {
    this.seek(this.index + by);
  }

  seek(index) {
    this.index = Math.min(Math.max(index, 0), this.length - 1);
    this.slider.value = this.index;
    this.send({ kind: "seek", index: this.index });
  }

  toggle() {
    this.send({ kind: "toggle_play" });
  }

  update(view, moving) {
    this.length = view.length;
    this.slider.max = view.length - 1;
    if (!moving) this.slider.value = this.index = view.index;
    this.slider.setAttribute("aria-valuetext", view.where);
    this.where.textContent = view.where;
    this.where.title = `${view.length} frames`;
    const label = view.playing ? "Pause (space)" : "Play (space)";
    this.play.replaceChildren(icon(view.playing ? "pause" : "play"));
    this.play.setAttribute("aria-label", label);
    this.play.title = label;
  }
}
