// Python code for the clipboard; where the browser gives no leave (pages over plain http have none), a field to copy from.

class Code {
  constructor(tell) {
    this.tell = tell;
    this.field = node("textarea", { class: "wb-code", readonly: true, rows: 14, spellcheck: "false", wrap: "off", "aria-label": "Python code of recipe A" });
    const close = node("button", { type: "button", class: "wb-act", onclick: () => this.hide() }, "Close");
    this.root = node(
      "section", { class: "wb-panel wb-by-hand", "aria-label": "Code to copy", hidden: true },
      node("h4", {}, "The browser keeps its clipboard to itself here: press Ctrl+C to copy", close), this.field,
    );
  }

  async update({ text }) {
    if (await this.copied(text)) {
      this.hide();
      this.tell(`Copied: ${text.trimEnd().split("\n").length} lines of Python`);
    } else this.offer(text);
  }

  async copied(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return false; // no clipboard here, or no leave to write to it
    }
  }

  offer(text) {
    this.field.value = text;
    this.root.hidden = false;
    this.field.focus();
    this.field.select();
  }

  hide() {
    this.root.hidden = true;
  }
}
