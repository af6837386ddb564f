// The browser's half of FrameViewer. It holds no logic of its own: it shows what Python sends, turns clicks and
// keys into requests, and keeps at most one request on the way, so that a fast hand never queues stale frames.

const SETTLE_MS = 180; // without a move for so long, ask for exact pixels (PNG)
const SILENT_MS = 5000; // without an answer for so long, say so
const HELP = "Point at a slot for its definition. Left and right arrow step through the frames, by ten with shift; space plays.";
const EMPTY = { size: "the picture's own", quantization: "none" }; // what an empty field stands for
const SILENT = "No answer from the kernel for 5 seconds: it may be busy with a cell, or have stopped.";
const STOPPED = "The kernel has stopped: run the cell again to go on.";
const PANES = ["original", "a", "b", "difference"];
const ICONS = {
  previous: "M9.5 3 4.5 8l5 5z M12 3v10h-1.6V3z",
  next: "M6.5 3l5 5-5 5z M4 3h1.6v10H4z",
  play: "M5 2.8v10.4L13 8z",
  pause: "M4.4 3h2.6v10H4.4z M9 3h2.6v10H9z",
  reset: "M8 3.2A4.8 4.8 0 1 1 3.4 9.4l1.5-.4A3.2 3.2 0 1 0 8 4.8V7L4.4 4 8 1z",
  alert: "M8 1.5 15 14H1zM7.2 6v4.2h1.6V6zm0 5.2v1.5h1.6v-1.5z",
};

// --- building blocks -----------------------------------------------------------------------------------------

// JupyterLab takes keys away from whatever has the focus, unless that very element says otherwise
const KEEPS_KEYS = { "data-lm-suppress-shortcuts": "true" };

function node(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  if (["button", "input", "select"].includes(tag)) attributes = { ...KEEPS_KEYS, ...attributes };
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
  path.setAttribute("fill-rule", "evenodd");
  svg.append(path);
  return svg;
}

function button(name, label, act) {
  return node("button", { type: "button", class: `wb-${name}`, "aria-label": label, title: label, onclick: act }, icon(name));
}

// --- requests: one on the way, moves overtake each other ----------------------------------------------------

class Link {
  constructor(model, { onTrouble, onIdle }) {
    Object.assign(this, { model, onTrouble, onIdle, waiting: [], onTheWay: false });
  }

  send(request) {
    const last = this.waiting.at(-1);
    if (request.kind === "seek" && last?.kind === "seek") this.waiting.pop();
    this.waiting.push(request);
    this.pump();
  }

  answered() {
    this.onTheWay = false;
    clearTimeout(this.silence);
    this.pump();
    if (!this.onTheWay) this.onIdle();
  }

  pump() {
    if (this.onTheWay || !this.waiting.length) return;
    this.onTheWay = true;
    this.silence = setTimeout(() => this.onTrouble(SILENT), SILENT_MS);
    try {
      this.model.send(this.waiting.shift());
    } catch {
      this.dispose();
      this.onTrouble(STOPPED);
    }
  }

  get busy() {
    return this.onTheWay || this.waiting.length > 0;
  }

  get moving() {
    return this.waiting.some((request) => request.kind === "seek");
  }

  dispose() {
    clearTimeout(this.silence);
    this.waiting = [];
  }
}

// --- transport: previous, play, next, slider ------------------------------------------------------------------

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

// --- the four pictures ----------------------------------------------------------------------------------------

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

  // Show all four at once, when all are decoded, unless newer ones have come meanwhile
  async update(view, buffers) {
    const turn = ++this.turn;
    const decoded = await Promise.all(buffers.map((bytes) => this.decode(bytes, view.mime)));
    if (turn !== this.turn) return decoded.forEach((image) => URL.revokeObjectURL(image.src));
    this.exact = view.mime === "image/png";
    this.panes.forEach((pane, place) => {
      pane.show(decoded[place]);
      pane.caption(view.captions[place]);
    });
    this.root.dataset.index = view.index;
    this.root.dataset.mime = view.mime;
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

// --- what the model answers ------------------------------------------------------------------------------------

class Answers {
  constructor() {
    this.lists = { a: node("div", { class: "wb-bars" }), b: node("div", { class: "wb-bars" }) };
    this.flip = node("span", { class: "wb-flip", hidden: true });
    const column = (side, title, ...more) =>
      node(
        "section", { class: `wb-answer wb-answer-${side}`, "aria-label": `Prediction of ${title}`, "aria-live": "polite" },
        node("h4", {}, node("span", { class: "wb-chip" }, title), "predicts", ...more), this.lists[side],
      );
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
    for (const side of ["a", "b"]) this.lists[side].replaceChildren(...this.rows(view[side]));
    this.flip.hidden = !view.note;
    this.flip.textContent = view.note;
    this.flip.dataset.kind = view.flipped ? "flipped" : "same";
  }

  rows({ rows, note }) {
    if (note) return [node("p", { class: "wb-note" }, note)];
    return rows.map(({ label, share, text }) => {
      const bar = node("span", { class: "wb-bar" }, node("i", { style: `width:${(100 * share).toFixed(2)}%` }));
      return node("div", { class: "wb-row" }, node("span", { class: "wb-label", title: label }, label), bar, node("b", {}, text));
    });
  }
}

// --- one form row a slot ---------------------------------------------------------------------------------------

class Slots {
  constructor(schema, send) {
    this.send = send;
    this.fields = { a: {}, b: {} };
    this.rows = {};
    this.schema = schema;
    this.title = node("h4", { "aria-live": "polite" });
    this.help = node("p", { class: "wb-help" }, HELP);
    const middle = Math.ceil(schema.length / 2);
    const halves = [schema.slice(0, middle), schema.slice(middle)].map((part) =>
      node("div", { class: "wb-half" }, this.head(), ...part.map((slot) => this.row(slot))),
    );
    const copy = node("button", { type: "button", class: "wb-copy", onclick: () => send({ kind: "copy_a" }) }, "Make B the same as A");
    this.copy = copy;
    this.root = node(
      "section", { class: "wb-slots", "aria-label": "Recipes, slot by slot" },
      node("div", { class: "wb-slots-head" }, this.title, copy), node("div", { class: "wb-halves" }, ...halves), this.help,
    );
    this.root.addEventListener("focusin", (event) => this.explain(event.target));
    this.root.addEventListener("pointerover", (event) => this.explain(event.target));
    this.root.addEventListener("pointerleave", () => this.help.replaceChildren(HELP));
  }

  head() {
    const chip = (name) => node("span", {}, node("span", { class: `wb-chip wb-chip-${name.toLowerCase()}` }, name));
    return node("div", { class: "wb-slot wb-columns", "aria-hidden": "true" }, node("span", {}, "slot"), chip("A"), chip("B"), node("span"));
  }

  row(entry) {
    const { slot, meaning } = entry;
    const reset = button("reset", `Reset B's ${slot} to A's`, () => this.send({ kind: "reset_slot", slot }));
    const name = node("span", { class: "wb-name", title: meaning }, slot, node("span", { class: "wb-spoken" }));
    this.rows[slot] = node("div", { class: "wb-slot", "data-slot": slot }, name, this.cell("a", entry), this.cell("b", entry), reset);
    return this.rows[slot];
  }

  cell(side, entry) {
    const { slot, choices } = entry;
    const label = `${side.toUpperCase()} ${slot}`;
    const act = (event) => this.send({ kind: "set_slot", side, slot, choice: event.target.value });
    const enter = (event) => event.key === "Enter" && act(event); // JupyterLab keeps Enter from becoming a change
    const text = node("input", { type: "text", placeholder: EMPTY[slot], onkeydown: enter, class: `wb-text wb-${side}-${slot}`, "aria-label": label, spellcheck: "false", autocomplete: "off", onchange: act });
    this.fields[side][slot] = { text };
    if (!choices.length) return node("span", { class: "wb-cell" }, text);
    const select = node(
      "select", { class: `wb-select wb-${side}-${slot}`, "aria-label": label, onchange: act },
      ...choices.map(({ name, definition, value }) => node("option", { value: value ?? name, title: definition }, name)),
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
      row.querySelector(".wb-spoken").textContent = changed ? " (A and B differ)" : "";
      row.querySelector(".wb-reset").disabled = !changed;
      for (const side of ["a", "b"]) this.fill(this.fields[side][slot], view, { side, slot, choices });
    }
    const count = view.changed.length;
    this.title.textContent = count ? `${count} ${count === 1 ? "slot differs" : "slots differ"}: ${view.summary}` : "Recipes A and B are the same";
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
    this.help.replaceChildren(node("b", {}, chosen ? `${entry.slot} ${chosen.name}` : entry.slot), ` ${chosen ? chosen.definition : entry.meaning}`);
  }
}

// --- the whole ----------------------------------------------------------------------------------------------------

class Viewer {
  constructor(model, el) {
    this.link = new Link(model, { onTrouble: (text) => this.say(text), onIdle: () => this.idle() });
    const send = (request) => this.request(request);
    this.transport = new Transport(send);
    this.pictures = new Pictures();
    this.answers = new Answers();
    this.slots = new Slots(model.get("schema"), send);
    this.banner = node("div", { class: "wb-banner", role: "alert", hidden: true }, icon("alert"), node("span"));
    this.root = node(
      "section",
      { class: "wb-viewer", tabindex: "0", "aria-label": "Frame viewer: arrow keys step, space plays", ...KEEPS_KEYS, onkeydown: (event) => this.key(event) },
      this.transport.root, this.banner, this.pictures.root, this.answers.root, this.slots.root,
    );
    this.pictures.root.addEventListener("pointerdown", () => this.root.focus({ preventScroll: true }));
    el.append(this.root);
    this.receive = (message, buffers) => this.message(message, buffers);
    this.model = model;
    model.on("msg:custom", this.receive);
    send({ kind: "hello" });
  }

  request(request) {
    clearTimeout(this.later);
    this.asked = performance.now();
    this.root.dataset.still = false;
    this.link.send(request);
  }

  message(message, buffers) {
    this.say(message.banner);
    if (message.kind === "answers") return this.answers.update(message);
    if ("index" in message) this.display(message, buffers);
    this.link.answered();
  }

  display(message, buffers) {
    this.last = message;
    this.root.dataset.playing = message.playing;
    this.root.dataset.changed = message.changed.join(" ");
    this.pictures.root.classList.toggle("wb-stale", message.stale);
    this.transport.update(message, this.link.moving);
    this.slots.update(message);
    this.answers.expect(message);
    if (!buffers.length) return;
    this.pictures.update(message, buffers).then(
      () => { this.root.dataset.still = this.pictures.exact && !this.link.busy; },
      (error) => this.say(`The browser cannot show this picture: ${error}`),
    );
  }

  // Nothing is on the way: play on, or ask for exact pixels where the last ones were JPEG
  idle() {
    clearTimeout(this.later);
    if (!this.last) return;
    if (this.last.playing) {
      const left = 1000 * this.last.pause_s - (performance.now() - this.asked);
      this.later = setTimeout(() => this.request({ kind: "tick" }), Math.max(left, 0));
    } else if (this.last.mime === "image/jpeg") {
      this.later = setTimeout(() => this.request({ kind: "settle" }), SETTLE_MS);
    }
  }

  key(event) {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.matches("select, input[type=text]")) return;
    const moves = { ArrowLeft: -1, ArrowRight: 1 };
    if (key === " " && !target.matches("button")) this.transport.toggle();
    else if (key in moves) this.transport.step(moves[key] * (event.shiftKey ? 10 : 1));
    else if (key === "Home" || key === "End") this.transport.seek(key === "Home" ? 0 : this.transport.length - 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  say(text) {
    this.banner.hidden = !text;
    if (this.banner.lastChild.textContent !== (text ?? "")) this.banner.lastChild.textContent = text ?? "";
  }

  dispose() {
    clearTimeout(this.later);
    this.link.dispose();
    this.model.off("msg:custom", this.receive);
    this.pictures.turn += 1; // what is still being decoded is not shown
    for (const pane of this.pictures.panes) if (pane.image.src) URL.revokeObjectURL(pane.image.src);
  }
}

export default {
  render({ model, el }) {
    const viewer = new Viewer(model, el);
    return () => viewer.dispose();
  },
};
