"""How soon the drawing page answers, and how long an update takes after each movement of the pen.

python benchmarks/drawing_page.py [SITE]

Measured in a headless Chromium on this machine, from the site in _build/html.
"""

import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests" / "web")]

from tracing import AREA, trace

from digitlib import data
from publishing.chromium import chromium
from publishing.static_host import serve

LOADS = 5
DRAWINGS = 30
LONGEST_UPDATE = 16  # milliseconds, at the 95th percentile: a frame at 60 Hz
LONGEST_WAIT = 1.0  # seconds from the navigation to the first answer
REMEMBER = """
window.reads = [];
document.addEventListener('digit-read', event => reads.push([performance.now(), event.detail.milliseconds]));
"""


def main(arguments: list[str]) -> int:
    site = Path(arguments[0]) if arguments else ROOT / "_build" / "html"
    with serve(site) as address, chromium() as browser:
        waits = [first_answer(browser, f"{address}draw.html") for _ in range(LOADS)]
        one = updates(browser, f"{address}draw.html", both=False)
        both = updates(browser, f"{address}draw.html", both=True)
    print(
        f"first answer after the navigation, {LOADS} loads: median {np.median(waits):.2f} s, longest {max(waits):.2f} s"
    )
    for name, times in {"the CNN alone": one, "both networks": both}.items():
        middle, high = np.percentile(times, [50, 95])
        print(
            f"update with {name}, {len(times)} movements: median {middle:.1f} ms, 95th percentile {high:.1f} ms, "
            f"longest {max(times):.1f} ms"
        )
    within = max(waits) <= LONGEST_WAIT and max(np.percentile(times, 95) for times in (one, both)) <= LONGEST_UPDATE
    print(f"within {LONGEST_WAIT} s and {LONGEST_UPDATE} ms: {'yes' if within else 'NO'}")
    return 0 if within else 1


def first_answer(browser, address: str) -> float:
    """Seconds from the navigation until the page has run the network, with nothing stored."""
    page = browser.new_context().new_page()
    page.add_init_script(REMEMBER)
    page.goto(address, wait_until="networkidle")
    milliseconds = page.evaluate("reads[0][0]")
    page.close()
    return milliseconds / 1000


def updates(browser, address: str, *, both: bool) -> list[float]:
    """Milliseconds of every update while test digits are copied with the mouse."""
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.add_init_script(REMEMBER)
    page.goto(address, wait_until="networkidle")
    if both:
        page.get_by_label("Move right").fill("1")
        page.wait_for_function("digitBook.matched")
    page.evaluate("scrollTo({top: 0, behavior: 'instant'}); reads.length = 0")
    _, (images, _) = data.load_mnist()
    for image in images[:DRAWINGS]:
        draw(page, trace(image))
        page.get_by_role("button", name="Clear").click()
    times = page.evaluate("reads.map(read => read[1])")
    page.close()
    return times


def draw(page, strokes) -> None:
    box = page.locator(".draw-pad").bounding_box()
    for stroke in strokes:
        places = [(box["x"] + x * box["width"] / AREA, box["y"] + y * box["height"] / AREA) for x, y in stroke]
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places:
            page.mouse.move(*place)
        page.mouse.up()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
