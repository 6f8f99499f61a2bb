// What the sliders do to an image of 28x28 before the networks see it. Nothing is random: the same setting gives the same image.

const SIDE = 28;
const PIXELS = SIDE * SIDE;
const SEED = 2026;

export const UNCHANGED = { right: 0, down: 0, rotation: 0, thickness: 0, noise: 0, permuted: 0 };

/** All changes, one after the other. */
export function change(image, { right, down, rotation, thickness, noise, permuted }) {
  return permute(addNoise(move(rotate(thicken(image, thickness), rotation), right, down), noise), permuted);
}

/** Move by whole pixels; what leaves the frame is lost, what comes in is paper. */
export function move(image, right, down) {
  return fromEach((row, column) => valueAt(image, row - down, column - right));
}

/** Turn clockwise about the middle, in degrees, with bilinear interpolation. */
export function rotate(image, degrees) {
  const [sine, cosine] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
  const middle = (SIDE - 1) / 2;
  return fromEach((row, column) => {
    const [x, y] = [column - middle, row - middle];
    return between(image, cosine * y - sine * x + middle, cosine * x + sine * y + middle);
  });
}

/** Let the ink grow by some pixels to each side, or shrink if negative; fractions go part of the way. */
export function thicken(image, pixels) {
  const pick = pixels < 0 ? Math.min : Math.max;
  let [result, left] = [image, Math.abs(pixels)];
  for (; left > 0; left -= 1) {
    const [before, share] = [result, Math.min(1, left)];
    result = fromEach((row, column) => {
      const value = valueAt(before, row, column);
      const extreme = pick(
        value,
        valueAt(before, row - 1, column),
        valueAt(before, row + 1, column),
        valueAt(before, row, column - 1),
        valueAt(before, row, column + 1),
      );
      return value + share * (extreme - value);
    });
  }
  return result;
}

/** Add normally distributed noise; its standard deviation is a share of full ink. */
export function addNoise(image, share) {
  const random = generator(SEED);
  return Uint8ClampedArray.from(image, (value) => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()); // Box and Muller
    return value + 255 * share * normal;
  });
}

/** Let a share of the pixels, drawn once and for all, change places. */
export function permute(image, share) {
  const places = shuffledPlaces().slice(0, Math.round(share * PIXELS));
  const result = Uint8ClampedArray.from(image);
  places.forEach((place, i) => {
    result[places[(i + 1) % places.length]] = image[place];
  });
  return result;
}

function fromEach(value) {
  const result = new Uint8ClampedArray(PIXELS);
  for (let place = 0; place < PIXELS; place++) result[place] = value(Math.floor(place / SIDE), place % SIDE);
  return result;
}

function valueAt(image, row, column) {
  return row >= 0 && row < SIDE && column >= 0 && column < SIDE ? image[row * SIDE + column] : 0;
}

function between(image, y, x) {
  const [row, column] = [Math.floor(y), Math.floor(x)];
  const [down, right] = [y - row, x - column];
  return (
    (1 - down) * ((1 - right) * valueAt(image, row, column) + right * valueAt(image, row, column + 1)) +
    down * ((1 - right) * valueAt(image, row + 1, column) + right * valueAt(image, row + 1, column + 1))
  );
}

function shuffledPlaces() {
  const random = generator(SEED);
  const places = Array.from({ length: PIXELS }, (_, place) => place);
  for (let last = PIXELS - 1; last > 0; last--) {
    // Fisher and Yates
    const other = Math.floor(random() * (last + 1));
    [places[last], places[other]] = [places[other], places[last]];
  }
  return places;
}

/** Numbers from 0 to 1 by the generator mulberry32. */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
