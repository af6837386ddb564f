// Source, policy, start and stop; freeze, and the way to the explorer.

const PLACEHOLDER = "webcam, camera:0, rtsp://…, http://…, a file or watch:FOLDER";
const SUGGESTED = ["webcam", "camera:0", "sample:bikes", "rtsp://", "http://", "watch:"];

class Controls {
  constructor(policies, { start, stop, freeze, send }) {
    this.policies = policies;
    const enter = (event) => event.key === "Enter" && !this.source.disabled && start(this.chosen);
    const list = `wb-sources-${Math.random().toString(36).slice(2)}`;
    this.source = node("input", {
      type: "text", class: "wb-text wb-source", "aria-label": "Source", placeholder: PLACEHOLDER, list,
      spellcheck: "false", autocomplete: "off", onkeydown: enter,
    });
    const suggested = node("datalist", { id: list }, ...SUGGESTED.map((value) => node("option", { value })));
    this.policy = node(
      "select", { class: "wb-select wb-policy", "aria-label": "Policy", onchange: () => this.pick(this.policy.value) },
      ...policies.map(({ value }) => node("option", { value: this.kind(value) }, this.kind(value))),
    );
    this.value = node("input", {
      type: "text", class: "wb-text wb-policy-value", "aria-label": "Policy with its number", spellcheck: "false",
      autocomplete: "off", onkeydown: enter,
    });
    this.begin = this.labelled("play", "play", "Start", () => start(this.chosen));
    this.end = this.labelled("halt", "stop", "Stop", stop);
    this.hold = this.labelled("freeze", "pause", "Freeze", freeze);
    this.explore = this.labelled("send", "send", "Send to explorer", send);
    this.hold.title = "Let the picture stand while the stream runs on (space)";
    this.explore.title = "Show this picture, pixel by pixel, through the recipe it began with (A) and the one that runs (B)";
    const field = (name, ...parts) => node("label", { class: `wb-field wb-field-${name}` }, node("span", {}, name), ...parts);
    this.root = node(
      "div", { class: "wb-live-source", role: "group", "aria-label": "Stream" },
      field("Source", this.source, suggested), field("Policy", node("span", { class: "wb-pick" }, this.policy, this.value)),
      this.begin, this.end,
    );
    this.pick(policies[0].value);
  }

  labelled(name, sign, text, act) {
    return node("button", { type: "button", class: `wb-labelled wb-${name}`, onclick: act }, icon(sign), node("span", {}, text));
  }

  kind(policy) {
    return policy.replace(/\(\D*\d.*\)$/, (given) => (given.includes("=") ? ` ${given.slice(1).split("=")[0]}` : ""));
  }

  // Show a policy: its kind in the list and, where it has a number, the whole in the field beside it
  pick(text) {
    const policy = this.policies.find(({ value }) => value === text || this.kind(value) === this.kind(text));
    const shown = policy && this.kind(policy.value) === text ? policy.value : text;
    if (policy) this.policy.value = this.kind(policy.value);
    this.policy.title = policy?.definition ?? "";
    this.value.value = shown;
    this.value.hidden = !shown.includes("(");
  }

  get chosen() {
    return { source: this.source.value, policy: this.value.value };
  }

  update({ source, policy, run, frozen }) {
    const off = run === "off";
    if (!this.shown || this.shown.source !== source || !off) this.source.value = source;
    if (!this.shown || this.shown.policy !== policy || !off) this.pick(policy);
    this.shown = { source, policy };
    for (const field of [this.source, this.policy, this.value]) field.disabled = !off;
    this.begin.hidden = !off;
    this.end.hidden = off;
    this.freeze(frozen);
  }

  freeze(on) {
    this.hold.setAttribute("aria-pressed", String(on));
    this.hold.replaceChildren(icon(on ? "play" : "pause"), node("span", {}, on ? "Frozen" : "Freeze"));
  }
}
