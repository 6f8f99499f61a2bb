// Set the formulas of a page that has some, once the page has shown itself, before its other pictures come.
const mathjax = new URL("tex-chtml.js", document.currentScript.src).href;

addEventListener("load", () => {
  if (document.querySelector(".math")) {
    const script = Object.assign(document.createElement("script"), { src: mathjax, fetchPriority: "high" });
    requestAnimationFrame(() => setTimeout(() => document.head.append(script)));
  }
});
