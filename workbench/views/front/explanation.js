// What each slot costs on this frame, as bars; a click on one gives B A's choice in that slot.

class Explanation {
  constructor(send) {
    this.send = send;
    this.verdict = node("p", { class: "wb-verdict" });
    this.state = node("span", { class: "wb-state" });
    this.bars = node("div", { class: "wb-causes" });
    this.hint = node("p", { class: "wb-hint" }, "A click on a slot resets it in B.");
    this.root = node(
      "section", { class: "wb-panel wb-explanation", "aria-label": "What each slot costs", "aria-live": "polite", hidden: true },
      node("h4", {}, "What each slot costs on this frame", this.state),
      this.verdict, this.bars, this.hint,
    );
  }

  // Old bars fade until new ones are here
  expect(open, { explained, playing }) {
    this.root.hidden = !open;
    this.root.classList.toggle("wb-old", !explained);
    this.state.textContent = explained ? "" : playing ? "once the frames stand" : "working…";
  }

  update(told) {
    this.root.classList.toggle("wb-old", !told.current);
    this.state.textContent = told.failed ? "failed" : told.current ? "" : "working…"; // the banner says why
    if (!told.rows) return;
    this.verdict.textContent = told.verdict;
    this.bars.replaceChildren(...told.rows.map((row) => this.row(row)));
    this.hint.hidden = !told.rows.length;
  }

  row({ slot, slots, change, left, width, helps, share, value }) {
    const percent = (part) => `${(100 * part).toFixed(2)}%`;
    const bar = node("i", { class: helps ? "wb-helps" : "", style: `margin-left:${percent(left)};width:${percent(width)}` });
    const about = {
      type: "button", class: "wb-cause", "data-slot": slot, title: `Reset B's ${slot} to A's: ${change}`,
      "aria-label": `${slot}, ${change}: ${value}, ${share} of the loss. Reset it in B`,
      onclick: () => this.send({ kind: "reset_slots", slots }),
    };
    const name = node("span", { class: "wb-label" }, node("b", {}, slot), " ", node("span", { class: "wb-soft" }, change));
    return node("button", about, name, node("span", { class: "wb-bar" }, bar), node("b", {}, share), node("span", { class: "wb-soft" }, value));
  }
}
