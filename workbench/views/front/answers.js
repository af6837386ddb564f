// What the model answers to A and B, as bars.

class Answers {
  constructor() {
    this.lists = { a: node("div", { class: "wb-bars" }), b: node("div", { class: "wb-bars" }) };
    this.flip = node("span", { class: "wb-flip", hidden: true });
    const column = (side, title, ...more) => {
      const about = { class: `wb-answer wb-answer-${side}`, "aria-label": `Answers to ${title}`, "aria-live": "polite" };
      const heading = node("h4", {}, node("span", { class: "wb-chip" }, title), "predicts", ...more);
      return node("section", about, heading, this.lists[side]);
    };
    this.root = node("div", { class: "wb-answers", hidden: true }, column("a", "A"), column("b", "B", this.flip));
  }

  // How many answers a model will give, none without one; old ones fade until new ones are here
  expect({ top, answered }) {
    this.root.hidden = !top;
    this.root.style.setProperty("--rows", top);
    this.root.classList.toggle("wb-old", !answered);
  }

  update(view) {
    if (!view.a) return; // only the banner had news
    this.root.dataset.index = view.index;
    this.root.classList.toggle("wb-old", !view.current);
    for (const side of ["a", "b"]) this.lists[side].replaceChildren(...bars(view[side]));
    this.flip.hidden = !view.note;
    this.flip.textContent = view.note;
    this.flip.dataset.kind = view.flipped ? "flipped" : "same";
  }
}

// One answer: its note, if it has one, and its bars
function bars({ rows, note }) {
  const noted = note ? [node("p", { class: "wb-note" }, note)] : [];
  return noted.concat(rows.map(({ label, share, text }) => {
    const name = node("span", { class: "wb-label", title: label }, label);
    const bar = node("span", { class: "wb-bar" }, node("i", { style: `width:${(100 * share).toFixed(2)}%` }));
    return node("div", { class: "wb-row" }, name, bar, node("b", {}, text));
  }));
}
