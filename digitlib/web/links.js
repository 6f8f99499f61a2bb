// A drawing and its pen as text that fits into an address, and back.
//
// The text is base64 with the letters that addresses allow. Before the point the drawing: for each
// stroke two bytes with the number of its points, then two bytes a point. After the point the pen,
// a byte for each of its properties. Links made before the pen was in them have no point.

import { PEN_WIDTHS } from "./strokes.js";

export const LONGEST = 8000; // letters; some messengers cut longer addresses

/** The pen's properties in their order: what it was in links that do not say, and the value of a byte, if it has one. */
const PEN_PROPERTIES = [
  { name: "pen", unsaid: 22, fromByte: (byte) => (byte >= PEN_WIDTHS.min && byte <= PEN_WIDTHS.max ? byte : null) },
  { name: "scaled", unsaid: true, fromByte: (byte) => [false, true][byte] ?? null },
];

/** The text of a drawing and its pen, or null if it is too long for an address. */
export function encodeDrawing({ strokes, ...pen }) {
  const drawn = strokes.flatMap((stroke) => [stroke.length >> 8, stroke.length & 255, ...stroke.flat()]);
  const text = `${toText(drawn)}.${toText(PEN_PROPERTIES.map(({ name }) => Number(pen[name])))}`;
  return text.length > LONGEST ? null : text;
}

/** The drawing and the pen of a text, or null if the text is none: it may come from anywhere. */
export function decodeDrawing(text) {
  if (text.length > LONGEST || !/^[\w-]+(\.[\w-]+)?$/.test(text)) return null;
  const [drawn, pen] = text.split(".");
  const strokes = decodeStrokes(toBytes(drawn));
  const properties = decodePen(pen);
  return strokes && properties && { strokes, ...properties };
}

function decodeStrokes(bytes) {
  if (!bytes) return null;
  const strokes = [];
  for (let next = 0; next < bytes.length;) {
    const count = bytes[next] * 256 + bytes[next + 1];
    const points = bytes.slice(next + 2, next + 2 + 2 * count);
    if (!(count > 0) || points.length !== 2 * count) return null;
    strokes.push(Array.from({ length: count }, (_, i) => [points[2 * i], points[2 * i + 1]]));
    next += 2 + 2 * count;
  }
  return strokes;
}

function decodePen(text) {
  const bytes = text === undefined ? null : toBytes(text);
  if (text !== undefined && bytes?.length !== PEN_PROPERTIES.length) return null;
  const values = PEN_PROPERTIES.map(({ unsaid, fromByte }, i) => (bytes ? fromByte(bytes[i]) : unsaid));
  return values.includes(null) ? null : Object.fromEntries(PEN_PROPERTIES.map(({ name }, i) => [name, values[i]]));
}

function toText(bytes) {
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
}

function toBytes(text) {
  if (text.length % 4 === 1) return null;
  return Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
}
