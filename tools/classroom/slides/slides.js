// Shrink the text of a slide until all of it is on the slide, then let reveal.js take over.
const STEP = 0.03;
const SMALLEST = 0.4;

function overflows(slide) {
  const boxes = [slide, ...slide.querySelectorAll("pre")];
  return boxes.some((box) => box.scrollHeight > box.clientHeight || box.scrollWidth > box.clientWidth);
}

function fit(slide) {
  for (let size = 1; overflows(slide) && size > SMALLEST; size -= STEP) {
    slide.style.setProperty("--fit", size);
  }
}

async function start() {
  await window.MathJax?.startup.promise;
  await window.MathJax?.typesetPromise();
  await Promise.all([...document.images].map((image) => image.decode()));
  document.querySelectorAll(".slides section section").forEach(fit);
  document.body.classList.remove("fitting");
  await Reveal.initialize({
    plugins: [RevealNotes],
    width: 1280,
    height: 720,
    margin: 0,
    center: false,
    navigationMode: "linear",
    transition: "none",
    hash: true,
    slideNumber: "c/t",
    controlsTutorial: false,
  });
}

start();
