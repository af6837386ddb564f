// The four pictures, shown at once when all of them are decoded.

const PANES = ["original", "a", "b", "difference"];

class Pane {
  constructor(name) {
    this.name = name;
    this.title = node("span", { class: "wb-title" });
    this.detail = node("span", { class: "wb-detail" });
    this.size = node("span", { class: "wb-size" });
    this.scale = node("span", { class: "wb-scale", hidden: true }, "0", node("i"), node("b"), "levels");
    this.image = node("img", { class: `wb-frame wb-frame-${name}`, alt: "", draggable: "false" });
    this.root = node(
      "figure", { class: `wb-pane wb-pane-${name}` },
      node("figcaption", {}, this.title, this.detail),
      this.image,
      node("div", { class: "wb-foot" }, this.scale, this.size),
    );
  }

  caption(text) {
    this.text = text;
    this.title.textContent = text.title;
    this.detail.textContent = this.detail.title = text.detail;
    this.size.textContent = text.size;
    this.scale.hidden = !text.scale;
    this.scale.querySelector("b").textContent = text.scale;
    this.image.alt = text.spoken;
  }

  show(decoded) {
    const old = this.image.src;
    this.image.src = decoded.src;
    this.root.style.setProperty("--aspect", decoded.naturalWidth / decoded.naturalHeight);
    this.image.style.imageRendering = decoded.naturalWidth < this.image.clientWidth ? "pixelated" : "auto";
    this.pixels = undefined;
    if (old) URL.revokeObjectURL(old);
  }

  // the levels at (u, v), both 0..1 across the picture
  level(u, v) {
    const { naturalWidth: width, naturalHeight: height } = this.image;
    if (!width) return "";
    this.pixels ??= this.read(width, height);
    const x = Math.min(Math.floor(u * width), width - 1);
    const y = Math.min(Math.floor(v * height), height - 1);
    const at = 4 * (y * width + x);
    return `${x}, ${y}: ${Array.from(this.pixels.slice(at, at + 3)).join(" ")}`;
  }

  read(width, height) {
    const canvas = node("canvas", { width, height });
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.drawImage(this.image, 0, 0);
    return pen.getImageData(0, 0, width, height).data;
  }
}

class Pictures {
  constructor() {
    this.panes = PANES.map((name) => new Pane(name));
    this.turn = 0;
    const [original, a, b, difference] = this.panes.map((pane) => pane.root);
    this.root = node("div", { class: "wb-panes" }, original, node("div", { class: "wb-pair" }, a, b), difference);
    for (const pane of this.panes) {
      pane.image.addEventListener("pointermove", (event) => this.inspect(pane, event));
      pane.image.addEventListener("pointerleave", () => this.panes.forEach((p) => p.text && p.caption(p.text)));
    }
  }

  // Show all four at once, when all are decoded, unless newer ones have come meanwhile; whether it did, comes back
  async update(view, buffers) {
    const turn = ++this.turn;
    const decoded = await Promise.all(buffers.map((bytes) => this.decode(bytes, view.mime)));
    if (turn !== this.turn) {
      decoded.forEach((image) => URL.revokeObjectURL(image.src));
      return false;
    }
    this.exact = view.mime === "image/png";
    this.panes.forEach((pane, place) => {
      pane.show(decoded[place]);
      pane.caption(view.captions[place]);
    });
    this.root.dataset.index = view.index;
    this.root.dataset.mime = view.mime;
    return true;
  }

  async decode(bytes, type) {
    const image = new Image();
    image.src = URL.createObjectURL(new Blob([bytes], { type }));
    await image.decode();
    return image;
  }

  // The levels under the pointer; A and B are of the same place, so both are told
  inspect(pane, event) {
    if (!this.exact) return;
    const box = pane.image.getBoundingClientRect();
    const [u, v] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    const [, a, b] = this.panes;
    for (const each of pane.name === "original" ? [pane] : [a, b]) each.size.textContent = each.level(u, v);
  }
}
