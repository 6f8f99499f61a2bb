// The drawing area: mouse, pen, finger or keyboard in, strokes out.

import { element } from "./dom.js";
import { AREA } from "./strokes.js";

const NEAREST = 2; // points closer than this to the one before are left out
const STEP = 8; // of the keyboard's pen
const ARROWS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
const HOW =
  "Draw with mouse, pen or finger. With the keyboard: arrow keys move the pen, the space bar puts it down and lifts it, Backspace takes back a stroke, Delete clears.";

/** A drawing area; `changed` is called with the pad whenever its strokes, or the picture in their place, change. */
export class Pad {
  constructor({ pen, changed }) {
    this.pen = pen;
    this.changed = changed;
    this.strokes = [];
    this.picture = null; // an image shown in place of a drawing
    this.cursor = { x: AREA / 2, y: AREA / 4, down: false, shown: false };
    this.pointer = null;
    this.canvas = element("canvas", {
      width: 2 * AREA,
      height: 2 * AREA,
      class: "draw-pad",
      tabindex: 0,
      role: "application",
      "aria-label": `Drawing area. ${HOW}`,
      pointerdown: (event) => this.begin(event),
      pointermove: (event) => this.draw(event),
      pointerup: (event) => this.end(event),
      pointercancel: (event) => this.end(event),
      keydown: (event) => this.press(event),
      blur: () => {
        Object.assign(this.cursor, { down: false, shown: false });
        this.show();
      },
    });
    this.help = element("p", { class: "draw-hint" }, HOW);
    this.show();
  }

  /** Show a drawing, or in its place an image of 28x28. */
  set(strokes, picture = null) {
    this.strokes = strokes;
    this.picture = picture;
    this.cursor.down = false;
    this.report();
  }

  clear() {
    this.set([]);
  }

  undo() {
    this.set(this.strokes.slice(0, -1));
  }

  setPen(pen) {
    this.pen = pen;
    this.report();
  }

  begin(event) {
    if (event.button || this.pointer !== null) return;
    event.preventDefault();
    this.canvas.focus({ preventScroll: true });
    this.cursor.shown = false;
    this.pointer = event.pointerId;
    try {
      this.canvas.setPointerCapture(event.pointerId);
    } catch {
      /* a pointer made by a script cannot be captured */
    }
    this.beginStroke(this.at(event));
  }

  draw(event) {
    if (event.pointerId !== this.pointer) return;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const one of events.length ? events : [event]) this.addPoint(this.at(one));
    this.report();
  }

  end(event) {
    if (event.pointerId === this.pointer) this.pointer = null;
  }

  press(event) {
    const { cursor } = this;
    const arrow = ARROWS[event.key];
    if (arrow) {
      cursor.x = within(cursor.x + arrow[0]);
      cursor.y = within(cursor.y + arrow[1]);
      if (cursor.down) this.addPoint([cursor.x, cursor.y]);
    } else if (event.key === " ") {
      cursor.down = !cursor.down;
      if (cursor.down) this.beginStroke([cursor.x, cursor.y]);
    } else if (event.key === "Backspace" || (event.key === "z" && (event.ctrlKey || event.metaKey))) {
      this.undo();
    } else if (event.key === "Delete") {
      this.clear();
    } else {
      return;
    }
    event.preventDefault();
    cursor.shown = true;
    this.report();
  }

  beginStroke(point) {
    this.strokes = [...(this.picture ? [] : this.strokes), [point]];
    this.picture = null;
    this.report();
  }

  addPoint([x, y]) {
    const stroke = this.strokes[this.strokes.length - 1];
    const [lastX, lastY] = stroke[stroke.length - 1];
    if (Math.abs(x - lastX) + Math.abs(y - lastY) >= NEAREST) stroke.push([x, y]);
  }

  at({ clientX, clientY }) {
    const area = this.canvas.getBoundingClientRect();
    return [within(((clientX - area.left) * AREA) / area.width), within(((clientY - area.top) * AREA) / area.height)];
  }

  report() {
    this.changed(this);
  }

  show() {
    const context = this.canvas.getContext("2d");
    const { color } = getComputedStyle(this.canvas);
    context.setTransform(2, 0, 0, 2, 0, 0);
    context.clearRect(0, 0, AREA, AREA);
    if (this.picture) showPixels(context, this.picture, color);
    Object.assign(context, { lineWidth: this.pen, lineCap: "round", lineJoin: "round", strokeStyle: color });
    for (const stroke of this.strokes) {
      context.beginPath();
      for (const [x, y] of [stroke[0], ...stroke]) context.lineTo(x, y);
      context.stroke();
    }
    if (this.cursor.shown) this.showCursor(context, color);
  }

  showCursor(context, color) {
    Object.assign(context, { lineWidth: 2, strokeStyle: this.cursor.down ? "#D55E00" : color });
    context.beginPath();
    context.arc(this.cursor.x, this.cursor.y, this.pen / 2 + 2, 0, 7);
    context.stroke();
  }
}

function showPixels(context, pixels, color) {
  const size = AREA / 28;
  context.fillStyle = color;
  pixels.forEach((value, place) => {
    context.globalAlpha = value / 255;
    context.fillRect((place % 28) * size, Math.floor(place / 28) * size, size + 0.5, size + 0.5);
  });
  context.globalAlpha = 1;
}

function within(value) {
  return Math.min(AREA - 1, Math.max(0, Math.round(value)));
}
