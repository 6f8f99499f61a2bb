"""The site, as plain ``jupyter-book build book`` makes it from the committed notebooks."""

import re
import shutil
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlparse

import pytest
import yaml

from paths import ROOT

TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
PAGES = [TOC["root"]] + [chapter["file"] for part in TOC["parts"] for chapter in part["chapters"]]
NOTEBOOKS = [page for page in PAGES if page[0].isdigit()]


class Page(HTMLParser):
    """What a page loads, links to, and shows."""

    def __init__(self, path):
        super().__init__()
        self.path, self.loads, self.links, self.ids, self.images = path, [], [], set(), []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if "id" in attributes:
            self.ids.add(attributes["id"])
        if tag == "a" and attributes.get("href"):
            self.links.append(attributes["href"])
        if tag in ("script", "img", "iframe", "source") and attributes.get("src"):
            self.loads.append(attributes["src"])
        if tag == "link" and attributes.get("rel") not in ("canonical", "next", "prev"):
            self.loads.append(attributes.get("href", ""))
        if tag == "img" and "/logo_" not in attributes["src"]:  # those belong to buttons, which have a text
            self.images.append(attributes)


@pytest.fixture(scope="module")
def site(shared_project):
    jupyter_book = shutil.which("jupyter-book", path=str(Path(sys.executable).parent))
    command = [jupyter_book, "build", "book", "--warningiserror", "--nitpick"]
    start = time.perf_counter()
    result = subprocess.run(command, cwd=shared_project, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    assert result.returncode == 0, result.stdout + result.stderr
    print(f"site built in {seconds:.1f} s")
    return shared_project / "_build" / "html"


@pytest.fixture(scope="module")
def pages(site):
    return {name: Page(site / f"{name}.html") for name in PAGES}


def test_every_page_of_the_table_of_contents_is_there(pages):
    assert len(pages) == len(PAGES)


def test_nothing_is_loaded_from_another_host(pages, site):
    for page in pages.values():
        assert [address for address in page.loads if urlparse(address).netloc] == []
        text = page.path.read_text(encoding="utf-8")
        assert not re.search(r"jsdelivr|unpkg|cdnjs|googleapis", text), page.path.name
    assert (site / "_static" / "mathjax" / "tex-chtml.js").exists()


def test_everything_loaded_is_on_the_site(pages, site):
    for page in pages.values():
        for address in page.loads:
            if not address.startswith("data:"):
                assert (site / unquote(urlparse(address).path)).exists(), f"{page.path.name}: {address}"


def test_internal_links_and_anchors_resolve(pages, site):
    for page in pages.values():
        for address in page.links:
            parts = urlparse(address)
            if parts.scheme or parts.netloc:
                continue
            target = site / unquote(parts.path) if parts.path else page.path
            assert target.exists(), f"{page.path.name}: {address}"
            if parts.fragment and target.suffix == ".html":
                assert unquote(parts.fragment) in Page(target).ids, f"{page.path.name}: {address}"


def test_every_image_says_in_words_what_it_shows(pages):
    count = 0
    for page in pages.values():
        for image in page.images:
            alt = image.get("alt", "")
            count += 1
            assert len(alt) > 15, f"{page.path.name}: {image}"
            assert not re.search(r"\.(png|svg|jpe?g)$", alt)
    assert count > 15


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_launch_buttons_lead_to_the_notebook(pages, name):
    address = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["repository"]["url"]
    account = urlparse(address).path.strip("/")
    expected = {
        f"https://colab.research.google.com/github/{account}/blob/main/book/{name}.ipynb",
        f"https://mybinder.org/v2/gh/{account}/main?urlpath=lab/tree/book/{name}.ipynb",
    }
    assert expected <= {unquote(address) for address in pages[name].links}


def test_figures_are_numbered_and_captioned(site):
    text = (site / "03_training.html").read_text(encoding="utf-8")
    assert len(re.findall(r'class="caption-number"', text)) >= 5
