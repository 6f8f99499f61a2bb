// Set the formulas of a page that has some, once the page has shown itself.
const mathjax = new URL("tex-chtml.js", document.currentScript.src).href;

addEventListener("load", () => {
  if (document.querySelector(".math")) {
    const script = Object.assign(document.createElement("script"), { src: mathjax });
    requestAnimationFrame(() => setTimeout(() => document.head.append(script)));
  }
});
