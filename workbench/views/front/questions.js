// Explain, find, copy: three buttons, and the panels they open.

class Questions {
  constructor(send) {
    this.send = send;
    this.note = node("span", { class: "wb-said", role: "status" });
    this.explain = new Explanation(send);
    this.find = new Search(send);
    this.code = new Code((text) => this.tell(text));
    this.buttons = {
      explain: this.button("explain", "Explain", "What does each slot cost on this frame?", () => send({ kind: "explain" })),
      find: this.button("find", "Find", "Which preprocessing was this model trained with?", () => this.openSearch()),
      code: this.button("code", "Copy fixed code", "A as a Python function of OpenCV and NumPy", () => send({ kind: "code" })),
    };
    const { explain, find, code } = this.buttons;
    this.root = node(
      "section", { class: "wb-questions", "aria-label": "Diagnosis" },
      node("div", { class: "wb-acts" }, explain, find, code, this.note),
      node("div", { class: "wb-panels" }, this.explain.root, this.find.root),
      this.code.root,
    );
  }

  // A button that cannot be used here stays reachable and says why
  button(name, text, title, act) {
    const click = () => (made.dataset.refused ? this.tell(`${text} ${made.dataset.refused}`, "refused") : act());
    const about = { type: "button", class: `wb-act wb-act-${name}`, title, onclick: click };
    const made = node("button", about, icon(name), node("span", {}, text));
    made.dataset.title = title;
    return made;
  }

  openSearch() {
    this.find.toggle();
    if (this.find.open && this.find.phase === "idle") this.find.begin();
    this.buttons.find.setAttribute("aria-expanded", this.find.open);
  }

  tell(text, kind = "done") {
    clearTimeout(this.silence);
    this.note.textContent = text;
    this.note.dataset.kind = kind;
    this.silence = setTimeout(() => { this.note.textContent = ""; }, 6000);
  }

  update(view) {
    for (const [name, made] of Object.entries(this.buttons)) {
      const why = view.refused[name];
      made.dataset.refused = why;
      made.setAttribute("aria-disabled", Boolean(why));
      made.title = why ? `${made.textContent} ${why}` : made.dataset.title;
    }
    const explaining = view.explaining && !view.refused.explain;
    this.buttons.explain.setAttribute("aria-expanded", explaining);
    this.explain.expect(explaining, view);
    this.search(view.find);
  }

  search(found) {
    this.find.update(found);
    this.buttons.find.setAttribute("aria-expanded", this.find.open);
  }

  dispose() {
    clearTimeout(this.silence);
    if (this.find.busy) this.send({ kind: "stop" });
  }
}
