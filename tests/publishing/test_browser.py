"""The site in a real browser: sound, self-contained, accessible, and usable on a phone and from the keyboard."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from pipeline.paths import page_names
from publishing.page_sizes import BUDGET, LOAD_FIGURES, count_bytes, kilobytes, open_page

NOTEBOOKS = [name for name in page_names() if name[0].isdigit()]
WCAG = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
    "resultTypes": ["violations"],
}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}
UNSET_FORMULAS = """
[...document.querySelectorAll('article .math')]
  .filter(e => !e.querySelector('mjx-container') || e.querySelector('mjx-merror, mjx-mtext[style*="red"]'))
  .map(e => e.textContent)
"""
SHOWN_LINKS = """
[...document.querySelectorAll('article a[href]:not(.headerlink)')]
  .filter(link => link.getClientRects().length && !link.closest('details:not([open])'))
  .map(link => link.outerHTML)
"""
CUT_CODE = (
    "[...document.querySelectorAll('pre')].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)"
)
BEYOND_THE_PHONE = """
[...document.querySelectorAll('.prev-next-area *')]
  .filter(e => e.getBoundingClientRect().right > innerWidth)
  .map(e => e.textContent)
"""
CUT_CELLS = CUT_CODE.replace("'pre'", "'.cell_input pre'")


@pytest.mark.parametrize("name", [*page_names(), "search", "404"])
def test_a_page_is_sound_light_accessible_and_usable_by_keyboard_and_fits_phone_and_paper(watched, address, name):
    """All in one visit, since most of the time goes into opening a page."""
    watched.emulate_media(color_scheme="light", reduced_motion="reduce")
    sizes = count_bytes(watched)
    open_page(watched, f"{address}{name}.html")
    watched.evaluate(LOAD_FIGURES)  # fails where one is broken
    assert watched.faults == []
    assert watched.evaluate(UNSET_FORMULAS) == []
    assert kilobytes(sizes)["without figures"] <= BUDGET
    assert kilobytes(sizes)["page"] > 4
    assert kilobytes(sizes)["figures"] > 0 or name not in NOTEBOOKS
    assert watched.locator("article table:not(:has(th))").all_inner_texts() == []
    assert barriers(watched, WCAG) == []
    assert watched.evaluate(CUT_CELLS) == []  # on a laptop of 1280 pixels
    watched.emulate_media(color_scheme="dark")
    expect(watched.locator("html[data-theme=dark]")).to_be_attached()
    assert barriers(watched, CONTRAST) == []  # nothing but colours differs
    watched.set_viewport_size({"width": 360, "height": 740})
    assert watched.evaluate("document.documentElement.scrollWidth") <= 360
    assert watched.evaluate(BEYOND_THE_PHONE) == []
    watched.set_viewport_size({"width": 660, "height": 900})  # A4 less its margins
    watched.emulate_media(media="print")
    assert watched.evaluate(CUT_CODE) == []
    if name in NOTEBOOKS:
        watched.emulate_media(media="screen")
        check_head(watched)
        check_solutions(watched)


def check_head(page):
    """A chapter says how long it takes, and leads to where it runs."""
    head = page.locator("p.chapter-head")
    told = r"\d+ minutes to read, about \d+ with the exercises; our run took \d+ (seconds|minutes)"
    assert re.search(told, head.inner_text())
    links = head.locator("a").evaluate_all("all => all.map(a => a.href)")
    assert [link.split("/")[2] for link in links[:2]] == ["colab.research.google.com", "mybinder.org"]
    assert page.request.get(links[2]).json()["nbformat"] == 4


def check_solutions(page):
    """Every solution and explanation is closed, and opens with the keyboard."""
    solutions = page.locator("article details")
    assert page.locator("article details.hide").count() >= 3  # solutions; the others are choices of questions
    for solution in solutions.all():
        assert not solution.evaluate("element => element.open")
        solution.locator("summary").focus()
        page.keyboard.press("Enter")
        assert solution.evaluate("element => element.open")
        expect(solution.locator(":scope > :not(summary)").first).to_be_visible()


def barriers(page, rules):
    """What axe finds in the page as it stands."""
    found = Axe().run(page, options=rules).response["violations"]
    return [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found]


@pytest.mark.parametrize("name", page_names())
def test_a_page_works_from_a_folder(watched, site, name):
    open_page(watched, (site / f"{name}.html").as_uri())
    assert watched.faults == []
    assert watched.evaluate(UNSET_FORMULAS) == []


def test_a_red_formula_would_be_found(page, address):
    open_page(page, f"{address}02_architecture.html")
    page.evaluate("document.querySelector('article .math').innerHTML = String.raw`\\(\\nosuch{x}\\)`")
    page.evaluate("MathJax.typesetPromise()")
    assert len(page.evaluate(UNSET_FORMULAS)) == 1


def test_a_request_to_another_host_would_be_found(watched, address):
    open_page(watched, f"{address}intro.html")
    with watched.expect_event("requestfailed"):
        watched.evaluate("document.body.append(Object.assign(new Image(), {src: 'https://nowhere.invalid/a.png'}))")
    assert "foreign: https://nowhere.invalid/a.png" in watched.faults


def test_a_barrier_would_be_found(page, address):
    open_page(page, f"{address}intro.html")
    page.evaluate("document.querySelector('article img').removeAttribute('alt')")
    page.evaluate("document.documentElement.removeAttribute('lang')")
    assert {"image-alt", "html-has-lang"} <= {name for name, _ in barriers(page, WCAG)}


def test_a_wrong_address_leads_back(page, address):
    answer = page.goto(f"{address}some/where.html")
    assert answer.status == 404
    page.get_by_role("link", name="Go to the first page").click()
    assert page.url == f"{address}intro.html"


def test_the_mode_can_be_switched(page, address):
    page.emulate_media(color_scheme="light")
    open_page(page, f"{address}04_training.html")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    for _ in range(3):
        if page.locator("html").get_attribute("data-theme") == "dark":
            break
        page.locator("button.theme-switch-button:visible").first.click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.evaluate(ground) != light
    assert "invert" in page.locator("article img").first.evaluate("image => getComputedStyle(image).filter")


def test_search_finds_the_confusion_matrix(watched, address):
    open_page(watched, f"{address}search.html?q=confusion+matrix")
    expect(watched.locator("#search-results li a").first).to_be_visible()
    assert any(
        "04_training" in link
        for link in watched.locator("#search-results li a").evaluate_all("all => all.map(a => a.href)")
    )
    assert watched.faults == []


def test_code_can_be_copied(page, address):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_page(page, f"{address}04_training.html")
    cell = page.locator("div.highlight", has=page.locator("pre", has_text="import keras")).first
    cell.hover()
    cell.locator("button.copybtn").click()
    assert "import keras" in page.evaluate("navigator.clipboard.readText()")


@pytest.mark.parametrize("name", ["intro", "04_training"])
def test_the_keyboard_reaches_every_link_in_the_text(page, address, name):
    open_page(page, f"{address}{name}.html")
    page.keyboard.press("Tab")
    assert "skip" in page.evaluate("document.activeElement.textContent").lower()
    links = page.evaluate(SHOWN_LINKS)
    reached = set()
    for _ in range(len(links) + 300):
        inside = "document.activeElement.closest('article') && document.activeElement.matches('a[href]')"
        if page.evaluate(inside):
            reached.add(page.evaluate("document.activeElement.outerHTML"))
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
    assert reached >= set(links)


def test_a_term_shows_its_definition_and_leads_to_the_glossary(page, address):
    open_page(page, f"{address}04_training.html")
    terms = page.locator("a.term-link", has_text=re.compile("^confusion matrix$", re.IGNORECASE))
    assert terms.count() == 1
    assert "how often each class" in terms.get_attribute("title")
    terms.click()
    assert page.url.endswith("glossary.html#term-confusion-matrix")


def test_a_term_is_linked_across_a_line_break_of_the_source(page, address):
    open_page(page, f"{address}11_shift.html")
    assert page.locator("a.term-link", has_text=re.compile(r"^global\s+average\s+pooling$")).count() == 1
