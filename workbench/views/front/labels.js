// Where labels go: above their box where they can, inside the picture always, and apart from each other where there
// is room. The first in the list choose first; one that would cover them is crowded out.

const CROWDED = 0.2; // with more of its area over others, a label waits until the pointer is on its box
const STEPS = 6; // how many lines above and below its box a label may move to be free

function placeLabels(labels, width, height) {
  const taken = [];
  for (const label of labels) {
    const spots = spotsOf(label).map((spot) => inside(spot, width, height));
    const overlap = (spot) => taken.reduce((sum, other) => sum + shared(spot, other), 0);
    const best = spots.reduce(
      (found, spot) => {
        if (found.cost === 0) return found;
        const cost = overlap(spot);
        return cost < found.cost ? { spot, cost } : found;
      },
      { spot: spots[0], cost: Infinity },
    );
    const crowded = best.cost > CROWDED * label.w * label.h;
    if (!crowded) taken.push(best.spot);
    Object.assign(label, { left: best.spot.x, top: best.spot.y, crowded });
  }
}

function spotsOf({ x0, y0, x1, y1, w, h }) {
  const spots = [[x0, y0 - h], [x1 - w, y0 - h], [x0, y1], [x1 - w, y1]];
  for (let step = 2; step <= STEPS; step += 1) spots.push([x0, y0 - step * h], [x0, y1 + (step - 1) * h]);
  spots.push([x0, y0], [x1 - w, y0]); // inside its box at last
  return spots.map(([x, y]) => ({ x, y, w, h }));
}

function inside({ x, y, w, h }, width, height) {
  return { x: Math.max(0, Math.min(x, width - w)), y: Math.max(0, Math.min(y, height - h)), w, h };
}

function shared(a, b) {
  const across = Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x);
  const down = Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y);
  return Math.max(0, across) * Math.max(0, down);
}
