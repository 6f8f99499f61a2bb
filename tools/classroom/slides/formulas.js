// MathJax sets the formulas when the slides ask for it, with the TeX that the book uses.
window.MathJax = {
  tex: { inlineMath: [["$", "$"], ["\\(", "\\)"]] },
  svg: { fontCache: "global" },
  startup: { typeset: false },
};
