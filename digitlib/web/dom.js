// Small helpers to make elements and to paint numbers.

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

/** A switch with its label. */
export function checkbox(text, checked, change) {
  const box = element("input", { type: "checkbox", checked, change: () => change(box.checked) });
  return element("label", { class: "draw-choice" }, box, text);
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

/** Paint a grid of numbers as shades of the text's colour: 0 is the ground, `most` the full colour. */
export function paint(canvas, { width, height, value, most, left = 0, top = 0 }) {
  const [red, green, blue] = inkColor(canvas);
  paintPixels(canvas, { width, height, left, top }, (x, y) => [red, green, blue, (255 * value(y, x)) / most]);
}

/** Paint a grid of numbers with signs: orange above zero, blue below. */
export function signedColor(value, most) {
  const share = Math.min(1, Math.abs(value) / (most || 1));
  return `rgb(${value < 0 ? "0 114 178" : "213 94 0"} / ${(0.75 * share).toFixed(3)})`;
}

function paintPixels(canvas, { width, height, left, top }, color) {
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(width, height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) pixels.data.set(color(x, y), 4 * (y * width + x));
  context.putImageData(pixels, left, top);
}

function inkColor(canvas) {
  return getComputedStyle(canvas).color.match(/\d+/g).slice(0, 3).map(Number);
}

/** A share as a percentage, in words that a screen reader reads well. */
export function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}
