"""Every page in a real browser: no error in its console, no request to another host, all formulas set."""

import functools
import os
import shutil
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from test_site import PAGES, site  # noqa: F401

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
UNSET_FORMULAS = """
[...document.querySelectorAll('article .math')]
  .filter(e => !e.querySelector('mjx-container') || e.querySelector('mjx-merror, mjx-mtext[style*="red"]'))
  .map(e => e.textContent)
"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def address(site):  # noqa: F811
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    assert found, "no Chromium: apt-get install chromium, or name one in the variable CHROMIUM"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        yield browser
        browser.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_sound(browser, address, name):
    page = browser.new_page()
    errors, foreign = [], []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("requestfailed", lambda request: errors.append(request.url))
    page.on(
        "request",
        lambda request: None if request.url.startswith((address, "data:")) else foreign.append(request.url),
    )
    page.goto(f"{address}{name}.html", wait_until="networkidle")
    assert errors == []
    assert foreign == []
    assert page.evaluate(UNSET_FORMULAS) == []
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.close()
