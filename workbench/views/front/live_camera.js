// The webcam of whoever looks at the page: its pictures go to Python as JPEG, and the next one only when there is room.

const JPEG_QUALITY = 0.92;
const WISH = { video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } }, audio: false };
const ON_THE_WAY = 2; // pictures that Python has not taken yet
const LOST_MS = 10000; // with nothing taken for so long, the camera is switched off until something is
const UNSEEN_MS = 1000; // a hidden page shows no frames of a video; a look at the camera every so often
const REFUSED = {
  NotAllowedError: "the browser was not allowed to use the camera: allow it for this page, and press Start again",
  NotFoundError: "the browser has found no camera: plug one in, and press Start again",
  NotReadableError: "the camera is in use by another program: close that one, and press Start again",
  OverconstrainedError: "the browser's camera has no size that fits",
};
const INSECURE =
  "browsers open a camera only on pages of https:// or of localhost: use one of these, " +
  "for instance through `ssh -L 8888:localhost:8888 HOST`";

class Camera {
  constructor({ send, onTrouble }) {
    Object.assign(this, { send, onTrouble, turn: 0, number: 0, trip: 0 });
    this.video = node("video", { playsinline: true });
    this.video.muted = true;
    this.canvas = node("canvas");
    this.pen = this.canvas.getContext("2d", { alpha: false });
    this.sent = new Map(); // number -> when
  }

  get on() {
    return Boolean(this.stream);
  }

  async open() {
    if (this.on || this.opening) return;
    const turn = ++this.turn;
    this.opening = true;
    this.lapsed = false;
    try {
      if (!navigator.mediaDevices?.getUserMedia) throw new Error(INSECURE);
      const stream = await navigator.mediaDevices.getUserMedia(WISH);
      if (turn !== this.turn) return stream.getTracks().forEach((track) => track.stop());
      this.stream = stream;
      stream.getVideoTracks()[0].addEventListener("ended", () => this.lost("the camera was unplugged or taken away"));
      this.video.srcObject = stream;
      await this.video.play();
      this.sent.clear();
      this.taken_at = performance.now();
      this.run(turn);
    } catch (error) {
      if (turn === this.turn) this.lost(REFUSED[error.name] ?? error.message);
    } finally {
      if (turn === this.turn) this.opening = false;
    }
  }

  // One picture after the other, as new as they can be
  async run(turn) {
    while (turn === this.turn) {
      await this.frame();
      if (turn !== this.turn) return;
      if (this.sent.size < ON_THE_WAY) await this.take(turn);
      else if (performance.now() - this.taken_at > LOST_MS) return this.lapse();
    }
  }

  frame() {
    return new Promise((done) => {
      const late = setTimeout(done, UNSEEN_MS);
      this.video.requestVideoFrameCallback?.(() => {
        clearTimeout(late);
        done();
      });
    });
  }

  async take(turn) {
    const begun = performance.now();
    const { videoWidth: width, videoHeight: height } = this.video;
    if (!width) return;
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    this.pen.drawImage(this.video, 0, 0);
    const blob = await new Promise((done) => this.canvas.toBlob(done, "image/jpeg", JPEG_QUALITY));
    const bytes = await blob?.arrayBuffer();
    if (turn !== this.turn || !bytes) return;
    const now = performance.now();
    this.number += 1;
    this.sent.set(this.number, now);
    this.send({ kind: "frame", number: this.number, ago_ms: now - begun + this.trip / 2 }, [bytes]);
  }

  taken(number) {
    if (this.lapsed) this.open();
    const since = this.sent.get(number);
    if (since === undefined) return;
    this.taken_at = performance.now();
    const trip = this.taken_at - since;
    this.trip = this.trip ? Math.min(this.trip * 1.02, trip) : trip; // the shortest lately: the rest is waiting
    for (const each of this.sent.keys()) if (each <= number) this.sent.delete(each);
  }

  // The kernel may only be busy: its next word switches the camera on again
  lapse() {
    this.close();
    this.lapsed = true;
  }

  lost(reason) {
    this.close();
    this.onTrouble(reason);
  }

  close() {
    this.turn += 1;
    this.opening = this.lapsed = false;
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = this.video.srcObject = null;
  }
}
