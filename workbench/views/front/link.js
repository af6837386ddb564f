// Requests to Python: one on the way at a time, and of several moves only the newest waits behind it, so that a fast
// hand never queues stale frames.

const SILENT_MS = 5000; // without an answer for so long, say so
const SILENT = "No answer from the kernel for 5 seconds: it may be busy with a cell, or have stopped.";
const STOPPED = "The kernel has stopped: run the cell again to go on.";

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
