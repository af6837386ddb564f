// How the stream is doing: its phase, five figures, and the age of its frames over the last minute.

const WIDE = 240; // of the line of ages, in its own units
const HIGH = 36;
const MINUTE = 60;

class Phase {
  constructor() {
    this.name = node("b", { role: "status" });
    this.detail = node("span", { class: "wb-phase-detail" });
    this.elapsed = node("span", { class: "wb-elapsed" });
    this.root = node("div", { class: "wb-phase" }, node("i"), this.name, this.elapsed, this.detail);
  }

  update({ phase, detail }, elapsed) {
    this.root.dataset.phase = phase;
    if (this.name.textContent !== phase) this.name.textContent = phase; // told to a screen reader, but once
    this.detail.textContent = this.detail.title = detail;
    if (elapsed !== undefined) this.elapsed.textContent = elapsed;
  }
}

class Figures {
  constructor() {
    this.tiles = node("div", { class: "wb-tiles" });
    this.p95 = this.path("wb-p95");
    this.p50 = this.path("wb-p50");
    this.chart = document.createElementNS(SVG, "svg");
    this.chart.setAttribute("viewBox", `0 0 ${WIDE} ${HIGH}`);
    this.chart.setAttribute("preserveAspectRatio", "none");
    this.chart.setAttribute("aria-hidden", "true");
    this.chart.append(this.p95, this.p50);
    this.scale = node("span");
    const about = { class: "wb-ages", title: "Age of the frames when they were handed out: median, and 95th percentile" };
    const caption = node("div", { class: "wb-tile-name" }, "age, last minute", this.scale);
    this.ages = node("div", about, caption, this.chart);
    this.root = node("section", { class: "wb-figures", "aria-label": "Figures", hidden: true }, this.tiles, this.ages);
  }

  path(name) {
    const made = document.createElementNS(SVG, "path");
    made.setAttribute("class", name);
    made.setAttribute("vector-effect", "non-scaling-stroke");
    return made;
  }

  update({ tiles, history, plan }) {
    this.root.hidden = false;
    this.root.title = plan;
    this.tiles.replaceChildren(
      ...tiles.map(({ name, value, unit, meaning }) => {
        const about = { class: "wb-tile", "data-name": name, title: meaning };
        const figure = node("div", { class: "wb-tile-value" }, node("b", {}, value), " ", unit);
        return node("div", about, node("div", { class: "wb-tile-name" }, name), figure);
      }),
    );
    this.draw(history);
  }

  // `history`: seconds ago, median and 95th percentile in seconds; a gap of over two seconds stays a gap
  draw(history) {
    const top = Math.max(...history.map(([, , high]) => high), 0.001);
    const place = ([ago, middle, high]) => {
      const down = (age) => (HIGH - 2 - (age / top) * (HIGH - 4)).toFixed(2);
      return { x: (WIDE * (1 - ago / MINUTE)).toFixed(2), middle: down(middle), high: down(high), ago };
    };
    const runs = [];
    for (const point of history.map(place)) {
      const last = runs.at(-1)?.at(-1);
      if (last && last.ago - point.ago <= 2.5) runs.at(-1).push(point);
      else runs.push([point]);
    }
    const line = (run, key) => run.map((point) => `${point.x} ${point[key]}`).join(" L");
    const area = (run) => `M${run[0].x} ${HIGH} L${line(run, "high")} L${run.at(-1).x} ${HIGH} Z`;
    this.p95.setAttribute("d", runs.map(area).join(" "));
    this.p50.setAttribute("d", runs.map((run) => `M${line(run, "middle")}`).join(" "));
    const most = 1000 * top;
    this.scale.textContent = history.length ? `up to ${most.toFixed(most < 10 ? 1 : 0)} ms` : "";
  }
}
