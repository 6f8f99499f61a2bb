// The first part: drawing area, what the network sees, and what it says.

import { button, checkbox, element, paintImage, percent, picture, slider } from "./dom.js";
import { decodeDrawing, encodeDrawing } from "./links.js";
import { argmax } from "./network.js";
import { SIDE } from "./normalization.js";
import { Pad } from "./pad.js";
import { ProbabilityTable } from "./probabilities.js";
import { PEN_WIDTHS } from "./strokes.js";

const SAID_AFTER = 400; // milliseconds of rest, so that a screen reader is not told every stroke
const FRAGMENT = "#drawing=";

export function drawingPart(root, state, { changed, digits }) {
  const pad = new Pad({
    pen: state.pen,
    changed: ({ strokes, picture: shown }) => {
      Object.assign(state, { strokes, picture: shown });
      changed();
    },
  });
  const seen = picture(SIDE, SIDE, "What the network sees, 28 by 28 pixels", { class: "draw-picture draw-small" });
  const answer = element("p", { class: "draw-answer", role: "status" });
  const news = element("p", { class: "draw-news", role: "status" });
  const say = (text) => {
    news.textContent = text;
  };
  const table = new ProbabilityTable(["CNN"], (digit) => {
    state.asked = digit;
    changed();
    document.querySelector("[data-draw=votes]")?.scrollIntoView({ block: "center" });
  });
  const pen = slider(
    "Pen",
    { ...PEN_WIDTHS, value: state.pen, inWords: (width) => `${(width / 10).toFixed(1)} px` },
    (width) => {
      state.pen = width;
      pad.setPen(width);
    },
  );
  const grows = checkbox("The pen grows with the drawing", state.scaled, (on) => {
    state.scaled = on;
    changed();
  });
  const thumbnails = new Thumbnails(digits, (digit) => {
    pad.set([], digit.image);
    say(aboutDigit(digit));
  });

  root.append(
    element(
      "div",
      { class: "draw-row" },
      element(
        "div",
        {},
        pad.canvas,
        element(
          "div",
          { class: "draw-buttons" },
          button("Undo", () => pad.undo()),
          button("Clear", () => {
            pad.clear();
            say("");
          }),
          button("Copy a link", () => say(copyLink(state, say))),
        ),
        pen.label,
        grows.label,
      ),
      element("div", { class: "draw-grow" }, table.element, element("div", { class: "draw-row" }, seen, answer)),
    ),
    thumbnails.element,
    news,
    pad.help,
  );
  const openLink = () => {
    if (!location.hash.startsWith(FRAGMENT)) return;
    const drawing = decodeDrawing(location.hash.slice(FRAGMENT.length));
    say(drawing ? "" : "This link holds no drawing that can be read, so the page starts empty.");
    if (!drawing) return;
    pen.set(drawing.pen);
    grows.set(drawing.scaled);
    pad.set(drawing.strokes);
  };
  addEventListener("hashchange", openLink);
  openLink();

  let waiting;
  return ({ prepared, image, activations, familiar }) => {
    pad.show();
    thumbnails.show();
    paintImage(seen, image);
    table.show([prepared && activations.probabilities]);
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      answer.textContent = inWords(prepared, activations.probabilities, familiar);
    }, SAID_AFTER);
  };
}

/** Buttons that show digits of the test set: the examples, and one that goes through the errors. */
class Thumbnails {
  constructor(digits, choose) {
    const errors = digits.filter((digit) => digit.said !== digit.label);
    let next = 0;
    this.pictures = digits
      .filter((digit) => digit.example)
      .map((digit) => ({
        digit,
        canvas: element("canvas", { width: SIDE, height: SIDE, class: "draw-thumbnail", "aria-hidden": "true" }),
      }));
    const buttons = this.pictures.map(({ digit, canvas }) => {
      const text = digit.other === null ? `${digit.label}` : `${digit.label} or ${digit.other}?`;
      const made = button("", () => choose(digit), { "aria-label": `Test digit ${digit.index}: ${text}` });
      made.append(canvas, text);
      return made;
    });
    const nextError = button(`Next of the ${errors.length} errors`, () => choose(errors[next++ % errors.length]));
    this.element = element(
      "div",
      { class: "draw-buttons", role: "group", "aria-label": "Digits of the test set" },
      "Or take a test digit:",
      ...buttons,
      nextError,
    );
  }

  show() {
    for (const { digit, canvas } of this.pictures) {
      const { color } = getComputedStyle(canvas);
      if (canvas.dataset.color === color) continue;
      canvas.dataset.color = color;
      paintImage(canvas, digit.image);
    }
  }
}

/** Put drawing and pen into the address, and the address where it can be pasted; gives what to say. */
function copyLink(state, say) {
  if (state.picture || !state.strokes.length) return "There is no drawing to link to.";
  const text = encodeDrawing(state);
  if (text === null) return "This drawing is too long for a link. Draw it with fewer strokes.";
  history.replaceState(null, "", FRAGMENT + text);
  navigator.clipboard?.writeText(location.href).then(
    () => say("The link is copied."),
    () => {},
  );
  return "The link stands in the address bar.";
}

function inWords(prepared, probabilities, familiar) {
  if (!prepared) return "Nothing is drawn yet.";
  const digit = argmax(probabilities);
  const sure = percent(probabilities[digit]);
  if (!familiar) return `This does not look like a digit to me. If it must be one: ${digit} (${sure}).`;
  return `This is a ${digit} (${sure}).`;
}

function aboutDigit({ index, label, said, other }) {
  const doubt = other === null ? "" : ` People dispute that: it could be a ${other}.`;
  const wrong = said === label ? "" : ` In its test, the network took it for a ${said}.`;
  return `Test digit ${index}, labelled ${label}.${doubt}${wrong}`;
}
