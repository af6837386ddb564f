// The search for the model's preprocessing: how many frames, how far it is, and what it has found.

const STATES = { stopping: "stopping…", stopped: "stopped", failed: "failed" };
const SIDES = ["a", "b"];
const LISTED = 12; // recipes that cannot be told apart, in a tooltip

class Search {
  constructor(send) {
    this.send = send;
    this.open = false;
    this.phase = "idle";
    this.count = node("input", { type: "number", class: "wb-text wb-count", min: 1, step: 1, "aria-label": "Frames to search over" });
    this.count.addEventListener("keydown", (event) => event.key === "Enter" && this.begin());
    this.of = node("span", { class: "wb-soft" });
    this.start = node("button", { type: "button", class: "wb-act wb-start", onclick: () => this.begin() }, "Search again");
    this.order = node("div", { class: "wb-order" }, "over", this.count, this.of, this.start);
    this.fill = node("i");
    this.bar = node("span", { class: "wb-bar wb-far", role: "progressbar", "aria-label": "Search", "aria-valuemin": 0, "aria-valuemax": 100 }, this.fill);
    this.doing = node("span", { class: "wb-label wb-soft" });
    this.cancel = node("button", { type: "button", class: "wb-act wb-cancel", onclick: () => send({ kind: "stop" }) }, "Cancel");
    this.progress = node("div", { class: "wb-progress" }, this.bar, this.doing, this.cancel);
    this.state = node("span", { class: "wb-state" });
    this.verdict = node("p", { class: "wb-verdict", "aria-live": "polite" });
    this.ranking = node("ol", { class: "wb-ranking" });
    this.root = node(
      "section", { class: "wb-panel wb-search", "aria-label": "Search for the model's preprocessing", hidden: true },
      node("h4", {}, "Which preprocessing was this model trained with?", this.state),
      this.progress, this.order, this.verdict, this.ranking,
    );
  }

  get busy() {
    return this.phase === "running" || this.phase === "stopping";
  }

  toggle() {
    this.open = !this.open;
    this.root.hidden = !this.open;
  }

  begin() {
    if (!this.busy) this.send({ kind: "find", frames: Number(this.count.value) });
  }

  update(found) {
    const text = JSON.stringify(found);
    if (text === this.shown) return;
    this.shown = text;
    if (this.phase !== found.phase && found.phase === "running" && !this.open) this.toggle();
    this.phase = found.phase;
    this.root.dataset.phase = found.phase;
    this.progress.hidden = !this.busy;
    this.cancel.disabled = found.phase === "stopping";
    this.order.hidden = this.busy;
    this.state.textContent = STATES[found.phase] ?? "";
    if (document.activeElement !== this.count) this.count.value = found.frames;
    this.count.max = found.length;
    this.of.textContent = `of ${found.length} frames`;
    this.far(found);
    this.tell(found);
  }

  far({ done, total, doing }) {
    const share = total ? Math.min(done / total, 1) : 0;
    this.fill.style.width = `${(100 * share).toFixed(1)}%`;
    this.bar.setAttribute("aria-valuenow", Math.round(100 * share));
    this.doing.textContent = this.doing.title = total ? `${done} of ${total} ${doing}`.trim() : doing || "beginning";
  }

  tell({ rows, verdict = "" }) {
    this.root.classList.toggle("wb-old", this.busy && rows.length > 0);
    this.verdict.textContent = verdict;
    this.ranking.replaceChildren(...rows.map((row) => this.row(row)));
  }

  row({ place, change, also, alike, share, text, tied, evidence, used }) {
    const chips = SIDES.filter((side) => used[side]).map((side) => node("span", { class: `wb-chip wb-chip-${side}` }, side.toUpperCase()));
    const marks = tied ? [node("span", { class: "wb-tie", title: "The evidence does not decide between these" }, "tie")] : [];
    const name = node(
      "span", { class: "wb-found", title: [change, ...also.slice(0, LISTED)].join("\n") },
      node("span", { class: "wb-change" }, change, ...chips, ...marks),
    );
    const bar = node("span", { class: "wb-bar", title: `evidence in nats, against the best: ${evidence}` }, node("i", { style: `width:${(100 * share).toFixed(2)}%` }));
    const uses = SIDES.map((side) => this.use(side, place, used[side], change));
    const below = alike ? [node("span", { class: "wb-soft wb-alike" }, alike)] : [];
    return node("li", { class: "wb-candidate", "data-tied": String(tied) }, name, bar, node("b", {}, text), ...uses, ...below);
  }

  use(side, place, already, change) {
    const name = side.toUpperCase();
    const label = already ? `${name} is this recipe` : `Use as ${name}: ${change}`;
    const act = () => this.send({ kind: "use", side, place });
    return node(
      "button", { type: "button", class: `wb-act wb-use wb-use-${side}`, title: label, "aria-label": label, disabled: already, onclick: act },
      `use as ${name}`,
    );
  }
}
