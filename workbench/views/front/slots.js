// One row a slot: its name, a field for A and one for B; or one field, for the recipe that runs.

const HELP =
  "Point at a slot for its definition. Left and right arrow step through the frames, by ten with shift; space plays.";
const TWO = {
  sides: ["a", "b"],
  name: "Recipes, slot by slot",
  same: "Recipes A and B are the same",
  differ: (count) => (count === 1 ? "slot differs" : "slots differ"),
  changed: " (A and B differ)",
  copy: "Make B the same as A",
  reset: (slot) => `Reset B's ${slot} to A's`,
  help: HELP,
};
const EMPTY = { size: "the picture's own", quantization: "none" }; // what an empty field stands for

class Slots {
  constructor(schema, send, words = TWO) {
    Object.assign(this, { send, words, sides: words.sides, fields: { a: {}, b: {} } });
    this.rows = {};
    this.schema = schema;
    this.title = node("h4", { "aria-live": "polite" });
    this.help = node("p", { class: "wb-help" }, words.help);
    const middle = Math.ceil(schema.length / 2);
    const halves = [schema.slice(0, middle), schema.slice(middle)].map((part) =>
      node("div", { class: "wb-half" }, this.head(), ...part.map((slot) => this.row(slot))),
    );
    const copy = () => send({ kind: "copy_a" });
    this.copy = node("button", { type: "button", class: "wb-copy", onclick: copy }, words.copy);
    this.root = node(
      "section", { class: `wb-slots wb-sides-${this.sides.length}`, "aria-label": words.name },
      node("div", { class: "wb-slots-head" }, this.title, this.copy),
      node("div", { class: "wb-halves" }, ...halves),
      this.help,
    );
    this.root.addEventListener("focusin", (event) => this.explain(event.target));
    this.root.addEventListener("pointerover", (event) => this.explain(event.target));
    this.root.addEventListener("pointerleave", () => this.help.replaceChildren(words.help));
  }

  head() {
    const chip = (name) => node("span", {}, node("span", { class: `wb-chip wb-chip-${name.toLowerCase()}` }, name));
    const about = { class: "wb-slot wb-columns", "aria-hidden": "true" };
    if (this.sides.length === 1) return "";
    return node("div", about, node("span", {}, "slot"), chip("A"), chip("B"), node("span"));
  }

  row(entry) {
    const { slot, meaning } = entry;
    const reset = button("reset", this.words.reset(slot), () => this.send({ kind: "reset_slots", slots: [slot] }));
    const name = node("span", { class: "wb-name", title: meaning }, slot, node("span", { class: "wb-spoken" }));
    const fields = this.sides.map((side) => this.cell(side, entry));
    this.rows[slot] = node("div", { class: "wb-slot", "data-slot": slot }, name, ...fields, reset);
    return this.rows[slot];
  }

  cell(side, entry) {
    const { slot, choices } = entry;
    const label = this.sides.length === 1 ? slot : `${side.toUpperCase()} ${slot}`;
    const act = (event) => this.send({ kind: "set_slot", side, slot, choice: event.target.value });
    const enter = (event) => event.key === "Enter" && act(event); // JupyterLab keeps Enter from becoming a change
    const text = node("input", {
      type: "text", class: `wb-text wb-${side}-${slot}`, "aria-label": label, placeholder: EMPTY[slot],
      spellcheck: "false", autocomplete: "off", onchange: act, onkeydown: enter,
    });
    this.fields[side][slot] = { text };
    if (!choices.length) return node("span", { class: "wb-cell" }, text);
    const select = node(
      "select", { class: `wb-select wb-${side}-${slot}`, "aria-label": label, onchange: act },
      ...choices.map((choice) => node("option", { value: choice.value ?? choice.name }, choice.name)),
    );
    text.className = `wb-text wb-${side}-${slot}-value`;
    text.setAttribute("aria-label", `${label} value`);
    text.hidden = true;
    this.fields[side][slot].select = select;
    return node("span", { class: "wb-cell" }, select, text);
  }

  update(view) {
    for (const { slot, choices } of this.schema) {
      const changed = view.changed.includes(slot);
      const row = this.rows[slot];
      row.classList.toggle("wb-changed", changed);
      row.querySelector(".wb-spoken").textContent = changed ? this.words.changed : "";
      row.querySelector(".wb-reset").disabled = !changed;
      for (const side of this.sides) this.fill(this.fields[side][slot], view, { side, slot, choices });
    }
    const count = view.changed.length;
    this.title.textContent = count ? `${count} ${this.words.differ(count)}: ${view.summary}` : this.words.same;
    this.copy.disabled = count === 0;
  }

  fill({ select, text }, view, { side, slot, choices }) {
    const own = view[side].function;
    const value = own ? "" : view[side][slot];
    const idle = view.idle[side].includes(slot);
    const entry = choices.find(({ name, value: given }) => name === value || (given && value.startsWith(`${name}(`)));
    for (const field of [select, text]) {
      if (!field) continue;
      field.disabled = Boolean(own);
      field.classList.toggle("wb-idle", idle);
      field.title = own ? `A function: ${own}` : idle ? `${slot} has no effect here` : (entry?.definition ?? "");
    }
    if (select) {
      select.value = entry?.value ?? value;
      text.hidden = !entry?.value;
    }
    if (document.activeElement !== text || text.dataset.shown === text.value) text.value = text.dataset.shown = value;
  }

  explain(target) {
    const row = target.closest?.(".wb-slot[data-slot]");
    if (!row) return;
    const entry = this.schema.find(({ slot }) => slot === row.dataset.slot);
    const field = target.closest("select");
    const chosen = field && entry.choices.find(({ name, value }) => (value ?? name) === field.value);
    const name = chosen ? `${entry.slot} ${chosen.name}` : entry.slot;
    this.help.replaceChildren(node("b", {}, name), ` ${chosen ? chosen.definition : entry.meaning}`);
  }
}
