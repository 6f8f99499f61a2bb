// A table of ten probabilities, as bars and as numbers, for one network or several.

import { button, element, percent } from "./dom.js";
import { argmax } from "./network.js";

const DIGITS = Array.from({ length: 10 }, (_, digit) => digit);

export class ProbabilityTable {
  /** `chosen` is called with a digit when its bar is clicked. */
  constructor(networks, chosen = null) {
    this.cells = networks.map(() => []);
    const rows = DIGITS.map((digit) => {
      const name = chosen
        ? button(`${digit}`, () => chosen(digit), {
            class: "draw-why",
            title: `What spoke for a ${digit}?`,
            "aria-label": `${digit}: what spoke for it?`,
          })
        : `${digit}`;
      const cells = this.cells.flatMap((column) => {
        const bar = element("div", { class: "draw-bar" });
        const number = element("td", { class: "draw-number" }, "–");
        column.push({ bar, number });
        return [element("td", { class: "draw-bars", ...(chosen ? { click: () => chosen(digit) } : {}) }, bar), number];
      });
      return element("tr", {}, element("th", { scope: "row" }, name), ...cells);
    });
    this.rows = rows;
    this.element = element(
      "table",
      { class: "draw-table" },
      element("caption", {}, "Probability of each digit"),
      element(
        "thead",
        {},
        element(
          "tr",
          {},
          element("th", { scope: "col" }, "Digit"),
          ...networks.map((name) => element("th", { scope: "col", colspan: 2 }, name)),
        ),
      ),
      element("tbody", {}, ...rows),
    );
  }

  /** One vector of probabilities for each network; null where there is none. */
  show(columns) {
    columns.forEach((probabilities, column) => {
      const best = probabilities ? argmax(probabilities) : -1;
      this.cells[column].forEach(({ bar, number }, digit) => {
        const share = probabilities ? probabilities[digit] : 0;
        bar.style.width = `${100 * share}%`;
        number.textContent = probabilities ? percent(share) : "–";
        number.classList.toggle("draw-best", digit === best);
      });
    });
  }
}
