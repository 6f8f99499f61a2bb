// What the page makes of drawings: from a file with { drawings, pen, scaled } to lines of a digit and whether it is one.

import fs from "node:fs";

import { looksLikeADigit } from "../../digitlib/web/familiarity.js";
import { decodeWeights, runCnn } from "../../digitlib/web/network.js";
import { normalize } from "../../digitlib/web/normalization.js";
import { rasterize, scaleDrawing } from "../../digitlib/web/strokes.js";
import { familiarity, weights } from "./fixtures.js";

const { drawings, pen, scaled } = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const network = decodeWeights(weights.cnn);
const answers = drawings.map((strokes) => {
  const ink = rasterize(scaled ? scaleDrawing(strokes, pen) : strokes, pen);
  const { probabilities, hidden } = runCnn(normalize(ink).image, network);
  return [probabilities.indexOf(Math.max(...probabilities)), looksLikeADigit(hidden, familiarity)];
});
console.log(JSON.stringify(answers));
