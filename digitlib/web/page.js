// The page "Draw a digit": one state, from which every part of the page shows something.

import { change, UNCHANGED } from "./changes.js";
import { changesPart } from "./changes_part.js";
import { drawingPart } from "./drawing_part.js";
import { looksLikeADigit } from "./familiarity.js";
import { mapsPart } from "./maps_part.js";
import { decodeBytes, decodeWeights, runCnn, runFullyConnected } from "./network.js";
import { normalize, SIDE } from "./normalization.js";
import { preparationPart } from "./preparation_part.js";
import { PEN, rasterize, scaleDrawing } from "./strokes.js";
import { votesPart } from "./votes_part.js";

const PARTS = {
  drawing: drawingPart,
  preparation: preparationPart,
  maps: mapsPart,
  votes: votesPart,
  changes: changesPart,
};
const FOLDER = new URL(".", document.currentScript.src);
const BLANK = new Uint8Array(SIDE * SIDE);

const { cnn, digits, familiarity } = globalThis.digitBook;
const networks = { cnn: decodeWeights(cnn), matched: null };
const state = {
  strokes: [],
  picture: null, // an image of 28x28 in place of a drawing
  pen: PEN,
  scaled: true,
  steps: { crop: true, fit: true, center: true },
  changes: { ...UNCHANGED },
};
const tools = {
  weights: networks.cnn,
  digits: digits.map((digit) => ({ ...digit, image: decodeBytes(digit.image) })),
  changed: askForUpdate,
  loadFullyConnected,
};
let updateIsDue = false;
const shows = Object.entries(PARTS).flatMap(([name, part]) =>
  [...document.querySelectorAll(`[data-draw="${name}"]`)].map((root) => part(root, state, tools)),
);

/** Show the new state with the next frame, however often it changes until then. */
function askForUpdate() {
  if (updateIsDue) return;
  updateIsDue = true;
  requestAnimationFrame(() => {
    updateIsDue = false;
    update();
  });
}

function update() {
  const begun = performance.now();
  const result = compute();
  for (const show of shows) show(result);
  document.dispatchEvent(
    new CustomEvent("digit-read", { detail: { ...result, milliseconds: performance.now() - begun } }),
  );
}

/** From the state to the image, and from that to what both networks say. */
function compute() {
  const ink = inkOf(state);
  const prepared = normalize(ink, state.steps);
  const image = change(prepared ? prepared.image : BLANK, state.changes);
  const activations = runCnn(image, networks.cnn);
  return {
    ink,
    prepared,
    image,
    activations,
    familiar: prepared !== null && looksLikeADigit(activations.hidden, familiarity),
    matched: networks.matched && runFullyConnected(image, networks.matched),
  };
}

function inkOf({ picture, strokes, scaled, pen }) {
  if (picture) return { height: SIDE, width: SIDE, data: picture };
  return rasterize(scaled ? scaleDrawing(strokes, pen) : strokes, pen);
}

/** Fetch the second network when it is first wanted; a script, since pages in a folder may load nothing else. */
function loadFullyConnected() {
  if (document.querySelector("script[data-draw-matched]")) return;
  const script = document.createElement("script");
  script.dataset.drawMatched = "";
  script.src = new URL("matched.js", FOLDER).href;
  script.addEventListener("load", () => {
    networks.matched = decodeWeights(globalThis.digitBook.matched);
    askForUpdate();
  });
  document.head.append(script);
}

// Shades take the colour of the text, so they are painted anew when the page turns dark or light.
new MutationObserver(askForUpdate).observe(document.documentElement, { attributeFilter: ["data-theme"] });
update();
