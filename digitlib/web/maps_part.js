// The third part: both layers of feature maps, and what a single value of them is made of.

import { button, element, inkColor, numberField, paint, picture, signedColor } from "./dom.js";
import { explainConvolution } from "./explaining.js";
import { argmax } from "./network.js";

const LAYERS = {
  conv1: { name: "first convolution", input: "input", weights: "conv2d", columns: 8, gap: 2 },
  conv2: { name: "second convolution", input: "pool1", weights: "conv2d_1", columns: 8, gap: 1 },
};

export function mapsPart(root, state, { weights, changed }) {
  const chosen = { layer: "conv1", filter: 0, row: 0, column: 0, channel: null };
  let untouched = true;
  const choose = (news) => {
    untouched = false;
    Object.assign(chosen, { channel: null }, news);
    changed();
  };
  const sheets = Object.keys(LAYERS).map((layer) => new Sheet(layer, weights, choose));
  const near = new CloseUp(chosen, choose);
  const sum = new Sum(chosen, weights, (channel) => {
    chosen.channel = channel;
    changed();
  });
  root.append(
    element("div", { class: "draw-row" }, ...sheets.map((sheet) => sheet.element)),
    near.element,
    sum.element,
  );
  return ({ activations }) => {
    if (untouched) Object.assign(chosen, largestValue(activations.conv1)); // something to look at
    const mostOf = Object.fromEntries(sheets.map((sheet) => [sheet.layer, sheet.show(activations, chosen)]));
    near.show(activations, mostOf[chosen.layer]);
    sum.show(activations);
  };
}

function largestValue({ width, channels, data }) {
  const place = argmax(data);
  return {
    filter: place % channels,
    column: Math.floor(place / channels) % width,
    row: Math.floor(place / channels / width),
  };
}

/** All maps of a layer, each a small picture in rows. */
class Sheet {
  constructor(layer, weights, choose) {
    const { name, weights: arrays, columns, gap } = LAYERS[layer];
    this.layer = layer;
    this.columns = columns;
    this.side = { conv1: 26, conv2: 11 }[layer];
    this.pitch = this.side + gap;
    this.count = weights[arrays].bias.length;
    this.canvas = picture(
      columns * this.pitch,
      (this.count / columns) * this.pitch,
      `The ${this.count} feature maps of the ${name}`,
      {
        class: "draw-picture draw-sheet",
        click: (event) => this.click(event, choose),
      },
    );
    this.element = element(
      "figure",
      { class: "draw-figure" },
      this.canvas,
      element(
        "figcaption",
        {},
        `${this.count} maps of the ${name}, ${this.side}x${this.side} each. Choose a value by clicking on it.`,
      ),
    );
  }

  click({ clientX, clientY }, choose) {
    const area = this.canvas.getBoundingClientRect();
    const [x, y] = [
      ((clientX - area.left) * this.canvas.width) / area.width,
      ((clientY - area.top) * this.canvas.height) / area.height,
    ];
    const filter = Math.floor(y / this.pitch) * this.columns + Math.floor(x / this.pitch);
    const [row, column] = [y, x].map((place) => Math.min(this.side - 1, Math.floor(place % this.pitch)));
    if (filter < this.count) choose({ layer: this.layer, filter, row, column });
  }

  /** Paint all maps on one scale; gives its largest value. */
  show(activations, chosen) {
    const { width, height, channels, data } = activations[this.layer];
    const most = data.reduce((one, other) => Math.max(one, other), 0) || 1;
    const color = inkColor(this.canvas);
    for (let filter = 0; filter < channels; filter++) {
      paint(this.canvas, {
        color,
        width,
        height,
        most,
        value: (row, column) => data[(row * width + column) * channels + filter],
        left: (filter % this.columns) * this.pitch,
        top: Math.floor(filter / this.columns) * this.pitch,
      });
    }
    this.canvas.classList.toggle("draw-chosen", chosen.layer === this.layer);
    return most;
  }
}

/** One map, enlarged, with the chosen value marked; fields choose layer, map and value without a mouse. */
class CloseUp {
  constructor(chosen, choose) {
    this.chosen = chosen;
    this.layer = element(
      "select",
      { change: () => choose({ layer: this.layer.value, filter: 0, row: 0, column: 0 }) },
      ...Object.entries(LAYERS).map(([value, { name }]) => element("option", { value }, name)),
    );
    this.fields = Object.fromEntries(
      ["filter", "row", "column"].map((what) => [
        what,
        numberField({ filter: "Map", row: "Row", column: "Column" }[what], (value) => choose({ [what]: value - 1 })),
      ]),
    );
    this.canvas = picture(26, 26, "The chosen map", {
      class: "draw-picture draw-near",
      click: (event) => {
        const area = this.canvas.getBoundingClientRect();
        const at = (place, start, length) => Math.floor(((place - start) / length) * this.canvas.width);
        choose({ row: at(event.clientY, area.top, area.height), column: at(event.clientX, area.left, area.width) });
      },
    });
    this.mark = element("div", { class: "draw-mark" });
    this.element = element(
      "div",
      { class: "draw-row" },
      element("div", { class: "draw-framed" }, this.canvas, this.mark),
      element(
        "div",
        {},
        element("label", { class: "draw-choice" }, "Layer", this.layer),
        ...Object.values(this.fields).map(({ label }) => label),
      ),
    );
  }

  show(activations, most) {
    const { layer, filter, row, column } = this.chosen;
    const { width, height, channels, data } = activations[layer];
    if (this.canvas.width !== width) Object.assign(this.canvas, { width, height });
    paint(this.canvas, { width, height, most, value: (y, x) => data[(y * width + x) * channels + filter] });
    Object.assign(this.mark.style, {
      left: `${(100 * column) / width}%`,
      top: `${(100 * row) / height}%`,
      width: `${100 / width}%`,
      height: `${100 / height}%`,
    });
    this.layer.value = layer;
    this.fields.filter.set(filter + 1, channels);
    this.fields.row.set(row + 1, height);
    this.fields.column.set(column + 1, width);
  }
}

/** The sum behind the chosen value, as numbers and colours. */
class Sum {
  constructor(chosen, weights, chooseChannel) {
    this.chosen = chosen;
    this.weights = weights;
    this.channels = Array.from(weights.conv2d.bias, (_, channel) =>
      button("", () => chooseChannel(channel), { class: "draw-channel" }),
    );
    this.choice = element(
      "div",
      {},
      element(
        "p",
        {},
        `What each of the ${this.channels.length} input maps adds (orange: for, blue: against). Choose one:`,
      ),
      element("div", { class: "draw-channels" }, ...this.channels),
    );
    this.equation = element("div", { class: "draw-equation" });
    this.words = element("p");
    this.element = element("div", {}, this.choice, this.equation, this.words);
  }

  show(activations) {
    const { input, weights } = LAYERS[this.chosen.layer];
    const { kernel, bias } = this.weights[weights];
    const explained = explainConvolution(activations[input], kernel, bias, this.chosen);
    const { channels } = explained;
    const largest = channels.reduce((one, other) => (Math.abs(other.sum) > Math.abs(one.sum) ? other : one));
    const one = channels[this.chosen.channel ?? largest.channel];
    this.choice.hidden = channels.length === 1;
    if (channels.length > 1) this.showChannels(channels, one, Math.abs(largest.sum));
    this.equation.replaceChildren(
      grid(one.patch, channels.length > 1 ? `Input map ${one.channel + 1}` : "Image"),
      "×",
      grid(one.kernel, "Kernel"),
      "=",
      grid(one.products, "Products"),
    );
    this.words.textContent = inWords(explained, one);
  }

  showChannels(channels, shown, most) {
    this.channels.forEach((made, channel) => {
      const text = `Input map ${channel + 1}: ${channels[channel].sum.toFixed(2)}`;
      Object.assign(made, { title: text, ariaLabel: text, ariaPressed: `${channel === shown.channel}` });
      made.style.background = signedColor(channels[channel].sum, most);
    });
  }
}

function inWords({ channels, bias, total }, one) {
  const all =
    channels.length > 1 ? `All ${channels.length} input maps together add ${(total - bias).toFixed(3)}. ` : "";
  return `The nine products add up to ${one.sum.toFixed(3)}. ${all}With the bias ${bias.toFixed(3)} that makes ${total.toFixed(3)}; after ReLU, ${Math.max(0, total).toFixed(3)}.`;
}

/** Nine numbers in three rows; to a screen reader, a picture that is read out. */
function grid(values, name) {
  const most = Math.max(...values.map(Math.abs));
  const numbers = values.map((value) => value.toFixed(2));
  const cells = numbers.map((number, i) =>
    element("span", { style: `background: ${signedColor(values[i], most)}` }, number),
  );
  return element(
    "figure",
    { class: "draw-grid", role: "img", "aria-label": `${name}: ${numbers.join(", ")}` },
    element("figcaption", {}, name),
    ...cells,
  );
}
