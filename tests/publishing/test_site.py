"""The site, as plain ``jupyter-book build book`` makes it from the committed notebooks."""

import functools
import re
import subprocess
from html.parser import HTMLParser
from urllib.parse import unquote, urlparse

import nbformat
import pytest
from pybtex.database import parse_file

import digitlib
import publication
from copies import FORK, copy_project
from pipeline.configuration import repository
from pipeline.notebook_files import NOTEBOOK_METADATA, read_notebook
from pipeline.paths import BOOK, ROOT, chapters, page_names
from pipeline.sources import read_chapter

pytestmark = pytest.mark.heavy

PAGES = page_names()
ADDRESS = publication.site_address(FORK)  # where it is published
WITH_ADDRESSES = (".html", ".xml", ".txt", ".ipynb", ".js")
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
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
        if tag == "img" and "logo" not in attributes["src"]:  # logos stand beside a text
            self.images.append(attributes)


@functools.cache
def parsed(path):
    return Page(path)


@pytest.fixture(scope="module")
def pages(site):
    return {name: parsed(site / f"{name}.html") for name in PAGES}


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
                assert unquote(parts.fragment) in parsed(target).ids, f"{page.path.name}: {address}"


def test_every_image_says_in_words_what_it_shows(pages):
    count = 0
    for page in pages.values():
        for image in page.images:
            alt = image.get("alt", "")
            count += 1
            assert len(alt) > 15, f"{page.path.name}: {image}"
            assert not re.search(r"\.(png|svg|jpe?g)$", alt)
    assert count > 15


@pytest.mark.heavy
def test_a_picture_without_words_fails_the_build(tmp_path, build):
    """A book of one page, with the settings and the extensions of this one."""
    copy_project(tmp_path, "_config.yml", "book/_ext", "book/_static", "book/references.bib", "digitlib", "tools")
    picture = nbformat.v4.new_output("display_data", {"image/png": PIXEL})
    cell = nbformat.v4.new_code_cell("show()", outputs=[picture], execution_count=1)
    cells = [nbformat.v4.new_markdown_cell("# A page"), cell]
    page = nbformat.v4.new_notebook(cells=cells, metadata=NOTEBOOK_METADATA)
    nbformat.write(page, tmp_path / "book" / "page.ipynb")
    (tmp_path / "book" / "_toc.yml").write_text("format: jb-book\nroot: page\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="image without alt text"):
        build(tmp_path)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_tells_search_engines_and_messengers_what_it_is(site, pages, name):
    text = (site / f"{name}.html").read_text(encoding="utf-8")
    assert '<html lang="en"' in text
    assert f'<link rel="canonical" href="{ADDRESS}' in text
    [description] = re.findall(r'<meta name="description" content="([^"]*)"', text)
    assert 40 < len(description) < 400
    assert "minutes to read" not in description
    [card] = re.findall(rf'<meta property="og:image" content="{re.escape(ADDRESS)}([^"]*)"', text)
    assert (site / card).read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", PAGES)
def test_the_edit_button_leads_to_the_source(pages, name):
    [address] = [link for link in pages[name].links if "/edit/" in link]
    _, found, source = address.partition(f"{FORK}/edit/main/")
    assert found
    assert (ROOT / source).exists()


def test_the_foot_tells_the_version(site):
    assert f"Version {digitlib.__version__}" in (site / "intro.html").read_text(encoding="utf-8")


def test_the_foot_tells_the_projects_own_commit_and_no_other(tmp_path):
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "--quiet"], cwd=tmp_path, check=True)
    subprocess.run([*git, "commit", "--quiet", "--allow-empty", "-m", "first"], cwd=tmp_path, check=True)
    command = [*git, "rev-parse", "HEAD"]
    commit = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    told = publication.built_from("https://github.com/a/b", tmp_path)
    assert f"https://github.com/a/b/commit/{commit[:7]}" in told
    unpacked = tmp_path / "digit-book"
    unpacked.mkdir()
    assert publication.built_from("https://github.com/a/b", unpacked) == ""


def test_sitemap_and_robots_name_every_page(site):
    sitemap = (site / "sitemap.xml").read_text(encoding="utf-8")
    for name in PAGES:
        assert f"<loc>{ADDRESS}{name}.html</loc>" in sitemap
    assert f"Sitemap: {ADDRESS}sitemap.xml" in (site / "robots.txt").read_text()


def test_a_wrong_address_finds_its_style_from_any_depth(site):
    text = (site / "404.html").read_text(encoding="utf-8")
    assert f'href="{urlparse(ADDRESS).path}_static/styles/theme.css' in text


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_launch_buttons_lead_to_the_notebook(pages, name):
    account = urlparse(FORK).path.strip("/")
    expected = {
        f"https://colab.research.google.com/github/{account}/blob/main/book/{name}.ipynb",
        f"https://mybinder.org/v2/gh/{account}/main?urlpath=lab/tree/book/{name}.ipynb",
    }
    assert expected <= {unquote(address) for address in pages[name].links}


def test_figures_are_numbered_and_captioned(site):
    text = (site / "04_training.html").read_text(encoding="utf-8")
    assert len(re.findall(r'class="caption-number"', text)) >= 5


def test_a_fork_sets_one_address_and_everything_follows(fork, site):
    old = repository(), publication.site_address(repository())
    texts = {path: path.read_text(encoding="utf-8") for path in site.rglob("*") if path.suffix in WITH_ADDRESSES}
    texts |= {path: path.read_text(encoding="utf-8") for path in [*fork.glob("book/*.ipynb"), *fork.glob("book/*.md")]}
    assert [path.name for path, text in texts.items() if any(address in text for address in old)] == []
    page = texts[site / "04_training.html"]
    for address in (
        f"{FORK}/edit/main/chapters/04_training.py",
        f"{FORK}/issues/new",
        f'<meta property="og:url" content="{ADDRESS}04_training.html"',
    ):
        assert address in unquote(page)
    for path in chapters():
        assert FORK in read_notebook(fork / "book" / f"{path.stem}.ipynb").cells[0].source


def test_every_term_that_a_chapter_defines_is_in_the_glossary():
    entries = (ROOT / "chapters" / "glossary.md").read_text(encoding="utf-8").splitlines()
    terms = {line.lower() for line in entries if line[:1].isalpha()}
    defined = [
        " ".join(term.lower().split())
        for path in chapters()
        for cell in read_chapter(path).cells
        if cell.cell_type == "markdown"
        for term in re.findall(r"[^\s.-]\s\*\*([\w\s-]+)\*\*", cell.source)  # bold, inside a sentence
    ]
    assert len(defined) > 30
    assert [term for term in defined if not {term, term.removesuffix("s")} & terms] == []


def test_every_reference_can_be_followed():
    entries = parse_file(str(BOOK / "references.bib")).entries
    assert len(entries) > 10
    assert [key for key, entry in entries.items() if not {"doi", "eprint", "url"} & set(entry.fields)] == []
