// The second part: MNIST's preparation, step by step, each with a switch.

import { button, checkbox, element, inkColor, paint, picture } from "./dom.js";
import { SIDE } from "./normalization.js";

const SIZE = 224; // of the moving picture, in pixels
const SECONDS_A_STEP = 0.9;
const STEPS = { crop: "Crop to the ink", fit: "Fit into 20x20", center: "Centre by mass" };

export function preparationPart(root, state, { changed }) {
  const stage = element("canvas", {
    width: SIZE,
    height: SIZE,
    class: "draw-stage",
    role: "img",
    "aria-label": "The preparation, step by step",
  });
  const words = element("p", { class: "draw-hint", role: "status" });
  const small = picture(SIDE, SIDE, "The result, 28 by 28 pixels", { class: "draw-picture draw-seen" });
  const switches = Object.entries(STEPS).map(
    ([name, text]) =>
      checkbox(text, state.steps[name], (on) => {
        state.steps = { ...state.steps, [name]: on };
        changed();
      }).label,
  );
  let result = null;
  let running = 0;

  const play = () => {
    cancelAnimationFrame(running);
    if (!result?.prepared) return;
    const frames = keyFrames(result);
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return showFrame(stage, result, last(frames), words);
    let begun = null;
    const step = (now) => {
      begun ??= now; // the time of a frame, which may be before the moment at which the frame was asked for
      const position = Math.min((now - begun) / 1000 / SECONDS_A_STEP, frames.length - 1);
      showFrame(stage, result, between(frames, position), words);
      if (position < frames.length - 1) running = requestAnimationFrame(step);
    };
    running = requestAnimationFrame(step);
    return undefined;
  };

  root.append(
    element(
      "div",
      { class: "draw-row" },
      element("div", {}, stage, element("div", { class: "draw-buttons" }, button("Play the steps", play))),
      element("div", {}, ...switches, small, words),
    ),
  );

  return (news) => {
    result = news;
    cancelAnimationFrame(running);
    paint(small, { width: SIDE, height: SIDE, most: 255, value: (row, column) => prepared28(news, row, column) });
    if (news.prepared) showFrame(stage, news, last(keyFrames(news)), words);
    else stage.getContext("2d").clearRect(0, 0, SIZE, SIZE);
  };
}

function prepared28({ prepared }, row, column) {
  return prepared ? prepared.image[row * SIDE + column] : 0;
}

/** Where the picture lies in 28x28 after each step, and where the frame around the ink. */
function keyFrames({ ink, prepared: { box, small, top, left } }) {
  const scale = SIDE / Math.max(ink.height, ink.width);
  const drawn = {
    x: box.left * scale,
    y: box.top * scale,
    width: (box.right - box.left) * scale,
    height: (box.bottom - box.top) * scale,
  };
  const fitted = {
    x: (SIDE - small.width) / 2,
    y: (SIDE - small.height) / 2,
    width: small.width,
    height: small.height,
  };
  const placed = { ...fitted, x: left, y: top };
  return [
    { picture: drawn, frame: { x: 0, y: 0, width: SIDE, height: SIDE }, words: "As drawn." },
    { picture: drawn, frame: drawn, words: "1. The box of what is looked at." },
    { picture: fitted, frame: fitted, words: "2. Scaled, by averaging over areas." },
    { picture: placed, frame: placed, words: "3. Put in its place; the cross marks the middle of the image." },
  ];
}

function last(frames) {
  return frames[frames.length - 1];
}

function between(frames, position) {
  const [before, after] = [frames[Math.floor(position)], frames[Math.min(Math.ceil(position), frames.length - 1)]];
  const share = position % 1;
  const blend = (one, other) =>
    Object.fromEntries(Object.keys(one).map((key) => [key, one[key] + share * (other[key] - one[key])]));
  return { picture: blend(before.picture, after.picture), frame: blend(before.frame, after.frame), words: after.words };
}

function showFrame(stage, { ink, prepared: { box } }, { picture: place, frame, words: said }, words) {
  const context = stage.getContext("2d");
  const unit = SIZE / SIDE;
  const source = document.createElement("canvas");
  Object.assign(source, { width: box.right - box.left, height: box.bottom - box.top });
  paint(source, {
    width: source.width,
    height: source.height,
    most: 255,
    color: inkColor(stage),
    value: (row, column) => ink.data[(box.top + row) * ink.width + box.left + column],
  });
  context.clearRect(0, 0, SIZE, SIZE);
  context.drawImage(source, place.x * unit, place.y * unit, place.width * unit, place.height * unit);
  Object.assign(context, { strokeStyle: "#D55E00", lineWidth: 2 });
  context.strokeRect(frame.x * unit + 1, frame.y * unit + 1, frame.width * unit - 2, frame.height * unit - 2);
  cross(context, (SIDE / 2 + 0.5) * unit);
  if (words.textContent !== said) words.textContent = said;
}

function cross(context, middle) {
  context.strokeStyle = "#0072B2";
  context.beginPath();
  for (const [dx, dy] of [
    [6, 0],
    [0, 6],
  ]) {
    context.moveTo(middle - dx, middle - dy);
    context.lineTo(middle + dx, middle + dy);
  }
  context.stroke();
}
