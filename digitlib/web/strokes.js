// A drawing is a list of strokes, a stroke a list of points [x, y]: whole numbers from 0 to 255.

export const AREA = 256;
export const PEN = 22; // its width; in a digit fitted to 20 pixels, 2.2 of them
export const PEN_WIDTHS = { min: 10, max: 44, step: 2 }; // about half as wide to twice as wide
const FITTED = 200; // what the longer side of a scaled drawing measures, ink included
const LARGEST_SCALE = 6; // so that a dot stays a dot

/** The ink of a drawing, as an image of 256x256: grey at the edges, as far as the pen covers a pixel. */
export function rasterize(strokes, pen) {
  const ink = { height: AREA, width: AREA, data: new Uint8Array(AREA * AREA) };
  for (const stroke of strokes) {
    for (let i = 0; i < Math.max(1, stroke.length - 1); i++) {
      drawSegment(ink, stroke[i], stroke[Math.min(i + 1, stroke.length - 1)], pen / 2);
    }
  }
  return ink;
}

/** Scale a drawing so that its ink is of one size, whatever its own was; the pen then keeps its width in the digit. */
export function scaleDrawing(strokes, pen) {
  if (!strokes.length) return strokes;
  const points = strokes.flat();
  const [left, top] = [0, 1].map((axis) => points.reduce((least, point) => Math.min(least, point[axis]), AREA));
  const [right, bottom] = [0, 1].map((axis) => points.reduce((most, point) => Math.max(most, point[axis]), 0));
  const longer = Math.max(right - left, bottom - top, 1);
  const scale = Math.min(LARGEST_SCALE, (FITTED - pen) / longer);
  const move = (value, low, high) => (value - (low + high) / 2) * scale + AREA / 2;
  return strokes.map((stroke) => stroke.map(([x, y]) => [move(x, left, right), move(y, top, bottom)]));
}

/** Ink within the radius of the line from one point to another. */
function drawSegment(ink, [x0, y0], [x1, y1], radius) {
  const reach = radius + 1;
  const [dx, dy] = [x1 - x0, y1 - y0];
  const squared = dx * dx + dy * dy || 1;
  const [first, last] = [
    Math.max(0, Math.floor(Math.min(y0, y1) - reach)),
    Math.min(AREA - 1, Math.max(y0, y1) + reach),
  ];
  const [left, right] = [
    Math.max(0, Math.floor(Math.min(x0, x1) - reach)),
    Math.min(AREA - 1, Math.max(x0, x1) + reach),
  ];
  for (let y = first; y <= last; y++) {
    for (let x = left; x <= right; x++) {
      const [px, py] = [x + 0.5 - x0, y + 0.5 - y0];
      const along = Math.min(1, Math.max(0, (px * dx + py * dy) / squared));
      const distance = Math.sqrt((px - along * dx) ** 2 + (py - along * dy) ** 2);
      const value = Math.round(255 * Math.min(1, radius + 0.5 - distance));
      if (value > ink.data[y * AREA + x]) ink.data[y * AREA + x] = value;
    }
  }
}
