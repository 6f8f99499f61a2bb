// MNIST's own preparation of an image: crop to the ink, fit into 20x20, centre by mass in 28x28.
//
// The same rule as digitlib.handwriting.normalization in Python, in whole numbers like it, so
// that both give the same pixels. An image is { height, width, data }: grey levels
// row by row, 0 for paper, 255 for ink.

export const SIDE = 28;
const FITTED = 20; // the longer side of the ink, in MNIST

/**
 * Prepare an image as MNIST's were prepared.
 *
 * Each step can be left out: without crop the whole image is looked at, without
 * fit its size is kept, without center its middle is put in the middle.
 * Gives the image of 28x28, and what lay on the way: the box of the ink, the
 * small image in it, and where that was put. Null if there is no ink.
 */
export function normalize(ink, { crop = true, fit = true, center = true } = {}) {
  const inked = inkBox(ink);
  if (!inked) return null;
  const box = crop ? inked : { top: 0, bottom: ink.height, left: 0, right: ink.width };
  const small = shrink(ink, box, fit ? fittedSize(box) : keptSize(box, ink));
  const { top, left } = place(small, center);
  const image = new Uint8Array(SIDE * SIDE);
  for (let row = 0; row < small.height; row++) {
    const from = row * small.width;
    image.set(small.data.subarray(from, from + small.width), (top + row) * SIDE + left);
  }
  return { box, small, top, left, image };
}

/** The smallest rectangle that holds all ink; null if there is none. */
export function inkBox({ height, width, data }) {
  const box = { top: height, bottom: 0, left: width, right: 0 };
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      if (data[row * width + column] === 0) continue;
      box.top = Math.min(box.top, row);
      box.bottom = row + 1;
      box.left = Math.min(box.left, column);
      box.right = Math.max(box.right, column + 1);
    }
  }
  return box.bottom ? box : null;
}

/** Height and width of a box after its longer side was made 20 pixels. */
function fittedSize(box) {
  return scaled(box, FITTED, Math.max(box.bottom - box.top, box.right - box.left));
}

/** Height and width of a box after the longer side of the whole image was made 28 pixels. */
function keptSize(box, { height, width }) {
  return scaled(box, SIDE, Math.max(height, width));
}

function scaled(box, side, longer) {
  return {
    height: Math.max(1, rounded((box.bottom - box.top) * side, longer)),
    width: Math.max(1, rounded((box.right - box.left) * side, longer)),
  };
}

/** Scale the pixels in a box to another size by averaging over areas. */
function shrink(ink, box, { height, width }) {
  const rows = overlaps(box.bottom - box.top, height);
  const columns = overlaps(box.right - box.left, width);
  const area = (box.bottom - box.top) * (box.right - box.left);
  const small = { height, width, data: new Uint8Array(height * width) };
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      let sum = 0;
      for (let y = 0; y < rows[row].shares.length; y++) {
        const from = (box.top + rows[row].first + y) * ink.width + box.left + columns[column].first;
        for (let x = 0; x < columns[column].shares.length; x++) {
          sum += rows[row].shares[y] * columns[column].shares[x] * ink.data[from + x];
        }
      }
      small.data[row * width + column] = rounded(sum, area);
    }
  }
  return small;
}

/** For each new pixel, which old ones lie in it and how much of each: an old one is `size` long, a new one `old`. */
function overlaps(old, size) {
  return Array.from({ length: size }, (_, position) => {
    const start = position * old;
    const first = Math.floor(start / size);
    const shares = [];
    for (let pixel = first; pixel * size < start + old; pixel++) {
      shares.push(Math.min((pixel + 1) * size, start + old) - Math.max(pixel * size, start));
    }
    return { first, shares };
  });
}

/** Where to put a small image into 28x28, so that no pixel of it is lost. */
function place(small, center) {
  const rows = new Array(small.height).fill(0);
  const columns = new Array(small.width).fill(0);
  small.data.forEach((value, position) => {
    rows[Math.floor(position / small.width)] += value;
    columns[position % small.width] += value;
  });
  return { top: offset(rows, center), left: offset(columns, center) };
}

function offset(masses, center) {
  const room = SIDE - masses.length;
  const mass = masses.reduce((one, other) => one + other);
  if (!center || mass === 0) return Math.floor(room / 2);
  const moment = masses.reduce((sum, value, position) => sum + value * position, 0);
  return Math.min(Math.max(0, rounded((SIDE / 2) * mass - moment, mass)), room);
}

/** The quotient of whole numbers, rounded; halves go up. */
function rounded(numerator, denominator) {
  return Math.floor((2 * numerator + denominator) / (2 * denominator));
}
