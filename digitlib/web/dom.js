// Small helpers to make elements and to paint numbers.

import { SIDE } from "./normalization.js";

/** An element with attributes and children; a function as an attribute listens to the event of that name. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

/** A canvas of so many pixels, which style sheets may show larger; the label is for screen readers. */
export function picture(width, height, label, attributes = {}) {
  return element("canvas", { width, height, role: "img", "aria-label": label, class: "draw-picture", ...attributes });
}

/** A button that does something. */
export function button(text, click, attributes = {}) {
  return element("button", { type: "button", click, class: "draw-button", ...attributes }, text);
}

/** A switch with its label; `set` turns it on or off. */
export function checkbox(text, checked, change) {
  const box = element("input", { type: "checkbox", checked, change: () => change(box.checked) });
  const set = (on) => {
    box.checked = on;
    change(on);
  };
  return { label: element("label", { class: "draw-choice" }, box, text), set };
}

/** A whole number to choose, with its label; `set` changes value and limit. */
export function numberField(text, change) {
  const field = element("input", {
    type: "number",
    min: 1,
    value: 1,
    input: () => change(clamped()),
    change: () => {
      field.value = clamped();
    },
  });
  const clamped = () => Math.min(Number(field.max), Math.max(1, Math.round(field.valueAsNumber || 1)));
  const set = (value, max) => {
    field.max = max;
    if (clamped() !== value) field.value = value;
  };
  return { label: element("label", { class: "draw-choice" }, text, field), set };
}

/** A slider with its label and its value in words. */
export function slider(text, { min, max, step, value, inWords }, change) {
  const output = element("output", {}, inWords(value));
  const field = element("input", { type: "range", min, max, step, value, input: () => set(field.valueAsNumber) });
  const set = (chosen) => {
    field.value = chosen;
    output.textContent = inWords(chosen);
    change(chosen);
  };
  return { label: element("label", { class: "draw-slider" }, element("span", {}, text), field, output), set };
}

/** Paint a grid of numbers as shades of a colour, the text's by default: 0 is the ground, `most` the full colour. */
export function paint(canvas, { width, height, value, most, left = 0, top = 0, color = inkColor(canvas) }) {
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(width, height);
  for (let row = 0, next = 0; row < height; row++) {
    for (let column = 0; column < width; column++, next += 4) {
      pixels.data.set(color, next);
      pixels.data[next + 3] = (255 * value(row, column)) / most;
    }
  }
  context.putImageData(pixels, left, top);
}

/** Paint an image of 28x28, 0 for paper, 255 for ink. */
export function paintImage(canvas, image) {
  paint(canvas, { width: SIDE, height: SIDE, most: 255, value: (row, column) => image[row * SIDE + column] });
}

/** The colour of an element's text: red, green and blue, from 0 to 255. */
export function inkColor(shown) {
  return getComputedStyle(shown).color.match(/\d+/g).slice(0, 3).map(Number);
}

/** The colour of a number with a sign: orange above zero, blue below. */
export function signedColor(value, most) {
  const share = Math.min(1, Math.abs(value) / (most || 1));
  return `rgb(${value < 0 ? "0 114 178" : "213 94 0"} / ${(0.45 * share).toFixed(3)})`;
}

/** A share as a percentage, in words that a screen reader reads well. */
export function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}
