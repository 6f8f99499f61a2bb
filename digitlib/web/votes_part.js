// The fourth part: which outputs of the hidden layer spoke for a digit.

import { element } from "./dom.js";
import { explainScore } from "./explaining.js";
import { argmax } from "./network.js";

const SHOWN = 8;

export function votesPart(root, state, { weights, changed }) {
  const digit = element(
    "select",
    {
      change: () => {
        state.asked = Number(digit.value);
        changed();
      },
    },
    ...Array.from({ length: 10 }, (_, value) => element("option", { value }, `${value}`)),
  );
  const rows = element("tbody");
  const words = element("p");
  root.id = "draw-votes";
  root.append(
    element("label", { class: "draw-choice" }, "What spoke for a", digit),
    element(
      "table",
      { class: "draw-table draw-votes" },
      element("caption", {}, "The hidden outputs with the largest say"),
      element(
        "thead",
        {},
        element(
          "tr",
          {},
          ...["Hidden output", "Its value", "Its weight", "Its vote"].map((name) =>
            element("th", { scope: "col" }, name),
          ),
        ),
      ),
      rows,
    ),
    words,
  );
  return ({ activations: { hidden, scores } }) => {
    const asked = state.asked ?? argmax(scores);
    const { votes, bias, total } = explainScore(hidden, weights.dense_1.kernel, weights.dense_1.bias, asked);
    const most = Math.abs(votes[0].vote);
    digit.value = asked;
    rows.replaceChildren(...votes.slice(0, SHOWN).map((vote) => voteRow(vote, most)));
    const rest = votes.slice(SHOWN).reduce((sum, { vote }) => sum + vote, 0);
    words.textContent = `The other ${votes.length - SHOWN} add ${signed(rest)}, the bias ${signed(bias)}. Together: a score of ${total.toFixed(2)} for the ${asked}; the largest score of all ten is ${Math.max(...scores).toFixed(2)}, that of the ${argmax(scores)}.`;
  };
}

function voteRow({ unit, output, weight, vote }, most) {
  const bar = element("div", { class: vote < 0 ? "draw-bar draw-against" : "draw-bar" });
  bar.style.width = `${(100 * Math.abs(vote)) / (most || 1)}%`;
  return element(
    "tr",
    {},
    element("th", { scope: "row" }, `${unit + 1}`),
    ...[output.toFixed(2), signed(weight)].map((text) => element("td", { class: "draw-number" }, text)),
    element("td", { class: "draw-bars" }, bar, element("span", { class: "draw-vote" }, signed(vote))),
  );
}

function signed(value) {
  return (value < 0 ? "" : "+") + value.toFixed(2);
}
