"""What each page of the site weighs, as a static host sends it, and how soon a slow phone shows it.

python tools/weigh_site.py [SITE]
"""

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
from playwright.sync_api import Browser, Page

from pipeline.paths import BUILD, page_names
from publishing.chromium import chromium
from publishing.static_host import serve

BUDGET = 700  # kB of a page without its figures
SLOWEST = 2.5  # seconds to the largest contentful paint
PHONE: dict[str, Any] = {
    "viewport": {"width": 412, "height": 823},
    "device_scale_factor": 1.75,
    "is_mobile": True,
    "has_touch": True,
}
# The throttling that Lighthouse applies for its mobile report:
# https://github.com/GoogleChrome/lighthouse/blob/main/core/config/constants.js
NETWORK = {
    "offline": False,
    "latency": 150 * 3.75,  # milliseconds to the answer of a request
    "downloadThroughput": 1.6 * 1024 * 0.9 * 1024 / 8,  # bytes per second
    "uploadThroughput": 750 * 0.9 * 1024 / 8,
}
CPU_SLOWDOWN = 4
LARGEST_PAINT = """() => new Promise(resolve => {
  new PerformanceObserver(list => resolve(list.getEntries().at(-1).startTime))
    .observe({type: 'largest-contentful-paint', buffered: true});
})"""
LOAD_FIGURES = """() => Promise.all([...document.querySelectorAll('article img')].map(image => {
  image.loading = 'eager';
  return image.decode();
}))"""
FORMULAS_SET = "!document.querySelector('.math') || window.MathJax?.startup?.promise?.then(() => true)"
KINDS = {"Document": "page", "Stylesheet": "styles", "Script": "scripts", "Font": "fonts", "Image": "figures"}


def weigh(browser: Browser, site: str, names: list[str]) -> pd.DataFrame:
    """Weigh pages of a site.

    Parameters
    ----------
    browser : playwright.sync_api.Browser
        A running Chromium.
    site : str
        Address that the site is served at, with a slash at its end.
    names : list of str
        Pages, without ``.html``.

    Returns
    -------
    pandas.DataFrame
        By page: kilobytes (1,000 bytes) sent of each kind, and their sum
        without the figures.
    """
    rows = {}
    for name in names:
        page = browser.new_page(**PHONE)
        sizes = count_bytes(page)
        open_page(page, f"{site}{name}.html")
        page.evaluate(LOAD_FIGURES)
        rows[name] = kilobytes(sizes)
        page.close()
    return pd.DataFrame.from_dict(rows, orient="index")


def open_page(page: Page, address: str) -> None:
    """Open a page and wait until its formulas are set."""
    page.goto(address, wait_until="load")
    page.wait_for_function(FORMULAS_SET)


def count_bytes(page: Page) -> Counter:
    """A counter that grows with what the page loads: bytes by kind, headers included."""
    kinds: dict[str, str] = {}
    sizes: Counter[str] = Counter()
    network = page.context.new_cdp_session(page)
    network.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))
    network.on(
        "Network.loadingFinished",
        lambda event: sizes.update(
            {KINDS.get(kinds.get(event["requestId"], ""), "other"): int(event["encodedDataLength"])}
        ),
    )
    network.send("Network.enable")
    return sizes


def kilobytes(sizes: Counter) -> dict[str, float]:
    """What `count_bytes` counted, in units of 1,000 bytes, and its sum without the figures."""
    counted = {kind: sizes[kind] / 1000 for kind in [*KINDS.values(), "other"]}
    return counted | {"without figures": (sizes.total() - sizes["figures"]) / 1000}


def largest_paint(browser: Browser, address: str) -> float:
    """Seconds to the largest contentful paint on a throttled phone that has nothing stored."""
    page = browser.new_page(**PHONE)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", NETWORK)
    session.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
    page.goto(address, wait_until="networkidle")
    milliseconds = page.evaluate(LARGEST_PAINT)
    page.close()
    return milliseconds / 1000


def main(arguments: list[str] | None = None) -> int:
    """Weigh every page of a site; 1 if a page is too heavy or too slow."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "site", type=Path, nargs="?", default=BUILD / "html", help="its folder; by default what was built last"
    )
    site = parser.parse_args(arguments).site
    if not (site / "index.html").exists():
        print(f"no site in {site}: make site, or jupyter-book build book", file=sys.stderr)
        return 1
    with serve(site) as address, chromium() as browser:
        table = weigh(browser, address, page_names())
        table["paint"] = [largest_paint(browser, f"{address}{name}.html") for name in table.index]
    print("kB sent, gzip where a host would; paint: seconds to the largest contentful paint, throttled as a slow phone")
    print(table.round(1).to_string())
    heavy = table.index[(table["without figures"] > BUDGET) | (table["paint"] > SLOWEST)]
    print(f"over the budget of {BUDGET} kB or {SLOWEST} s: {', '.join(heavy) or 'none'}")
    return 1 if len(heavy) else 0
