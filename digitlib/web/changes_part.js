// The fifth part: sliders that spoil the image, and the CNN beside the fully connected network.

import { UNCHANGED } from "./changes.js";
import { button, element, paintImage, picture, slider } from "./dom.js";
import { SIDE } from "./normalization.js";
import { ProbabilityTable } from "./probabilities.js";

const pixels = (value) => `${value} px`;
const share = (value) => `${Math.round(100 * value)} %`;
const SLIDERS = {
  right: { text: "Move right", min: -8, max: 8, step: 1, inWords: pixels },
  down: { text: "Move down", min: -8, max: 8, step: 1, inWords: pixels },
  rotation: { text: "Turn", min: -90, max: 90, step: 5, inWords: (value) => `${value}°` },
  thickness: { text: "Thicken", min: -1.5, max: 2, step: 0.25, inWords: pixels },
  noise: { text: "Noise", min: 0, max: 1, step: 0.05, inWords: share },
  permuted: { text: "Permute pixels", min: 0, max: 1, step: 0.05, inWords: share },
};

export function changesPart(root, state, { changed, loadFullyConnected }) {
  const seen = picture(SIDE, SIDE, "The changed image", { class: "draw-picture draw-seen" });
  const table = new ProbabilityTable(["CNN", "Fully connected"]);
  const sliders = Object.entries(SLIDERS).map(([name, { text, ...options }]) =>
    slider(text, { ...options, value: UNCHANGED[name] }, (value) => {
      state.changes = { ...state.changes, [name]: value };
      loadFullyConnected();
      changed();
    }),
  );
  const reset = () => Object.keys(SLIDERS).forEach((name, i) => sliders[i].set(UNCHANGED[name]));
  root.append(
    element(
      "div",
      { class: "draw-row" },
      element("div", {}, seen, ...sliders.map(({ label }) => label), button("Reset", reset)),
      table.element,
    ),
  );
  return ({ prepared, image, activations, matched }) => {
    paintImage(seen, image);
    table.show([prepared && activations.probabilities, prepared && matched && matched.probabilities]);
  };
}
