// A drawing as text that fits into an address, and back.
//
// For each stroke two bytes with the number of its points, then two bytes a point;
// all of it in base64 with the letters that addresses allow.

export const LONGEST = 8000; // letters; some messengers cut longer addresses

/** The text of a drawing, or null if it is too long for an address. */
export function encodeDrawing(strokes) {
  const bytes = strokes.flatMap((stroke) => [stroke.length >> 8, stroke.length & 255, ...stroke.flat()]);
  if ((bytes.length * 4) / 3 > LONGEST) return null;
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
}

/** The drawing of a text, or null if the text is none: it may come from anywhere. */
export function decodeDrawing(text) {
  if (text.length > LONGEST || !/^[\w-]+$/.test(text) || text.length % 4 === 1) return null;
  const bytes = Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
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
