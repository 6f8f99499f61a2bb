"""What a published site offers to take along, and what comes out of a printer."""

import io
import re
import unicodedata
import zipfile

import nbformat
import pytest
from pypdf import PdfReader

from copies import copy_project, once
from pipeline.configuration import configuration
from pipeline.notebook_files import title
from pipeline.paths import chapters, pages
from pipeline.sources import read_chapter

TITLES = [title(read_chapter(path)) for path in chapters()]
MILLIMETRES = 72 / 25.4  # in points
ALL_THERE = """[...document.querySelectorAll('article img')].every(image => image.complete && image.naturalWidth)"""
TO_CLICK = """
[...document.querySelectorAll('button, input, nav, header, footer, .btn, .sd-btn, .headerlink, .hide > summary')]
  .filter(e => e.checkVisibility({visibilityProperty: true}) && e.getBoundingClientRect().width)
  .map(e => e.outerHTML)
"""


pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture(scope="module")
def build_folder(tmp_path_factory, tool):
    """What `publish.py` made, in a project where a site was built before."""

    def make(folder):
        old = copy_project(folder) / "_build" / "html" / "old.html"
        old.parent.mkdir(parents=True)
        old.touch()
        result = tool(folder, "make_site.py")
        assert result.returncode == 0, result.stdout + result.stderr
        assert not old.exists()

    return once(tmp_path_factory, "published", make) / "_build"


@pytest.fixture(scope="module")
def published(build_folder):
    return build_folder / "html"


def download(site, name):
    [path] = site.glob(f"_downloads/*/{name}")
    assert f"{path.relative_to(site).as_posix()}" in (site / "intro.html").read_text(encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def pdf(published):
    return PdfReader(download(published, "digit-book.pdf"), strict=True)


@pytest.fixture(scope="module")
def printed_html(build_folder):
    """The page that became the PDF."""
    return (build_folder / "print" / "_build" / "singlehtml" / "intro.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def outline(pdf):
    """The entries of the outline in reading order: depth, title, and page, the first page being 1."""

    def flatten(entries, depth=0):
        for entry in entries:
            if isinstance(entry, list):
                yield from flatten(entry, depth + 1)
            else:
                yield depth, entry.title, pdf.get_destination_page_number(entry) + 1

    return list(flatten(pdf.outline))


@pytest.fixture(scope="module")
def starts(outline):
    """The page that a heading is on; the last one, if several headings read alike."""
    return {text: page for _, text, page in outline}


def pictures(pdf):
    """How many pictures made of pixels a PDF shows."""
    resources = [page["/Resources"].get("/XObject", {}) for page in pdf.pages]
    return sum(thing.get_object()["/Subtype"] == "/Image" for things in resources for thing in things.values())


def font_descriptors(page):
    for font in page["/Resources"].get("/Font", {}).values():
        yield font.get_object().get("/DescendantFonts", [font])[0].get_object()["/FontDescriptor"]


def uses_mathjax(page):
    return any("+MathJax_" in descriptor["/FontName"] for descriptor in font_descriptors(page))


def links(pdf):
    """The addresses that a PDF leads to."""
    annotations = [note.get_object() for page in pdf.pages for note in page.get("/Annots", [])]
    return {note["/A"]["/URI"] for note in annotations if "/A" in note}


def headings():
    """Those of the chapters, in order; the first network stands before the numbered ones."""
    return [f"{number}. {text}" if number else text for number, text in enumerate(TITLES)]


def test_the_pdf_is_tagged_and_has_an_outline_of_all_chapters(pdf, starts):
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"].value is True
    assert pdf.trailer["/Root"]["/Lang"] == "en"
    for text in ["Contents", "Glossary", "References", "Troubleshooting", "Solutions"]:
        assert text in starts
    assert set(headings()) <= set(starts)


def test_the_pdf_says_who_wrote_it(pdf):
    assert pdf.metadata.title == configuration()["title"]
    assert pdf.metadata.author == configuration()["author"]


def test_a_reader_of_pdf_finds_nothing_to_repair(published, caplog):
    pdf = PdfReader(download(published, "digit-book.pdf"), strict=True)
    assert pdf.outline
    assert pdf.metadata.author
    assert caplog.messages == []


def test_the_pdf_shows_every_figure(pdf):
    cells = [cell for path in chapters() for cell in read_chapter(path).cells]
    captions = sum("caption" in cell.metadata.get("mystnb", {}).get("figure", {}) for cell in cells)
    uncaptioned = sum(path.read_text(encoding="utf-8").count("![") for path in pages())
    assert pictures(pdf) == captions + uncaptioned > 60


def test_the_formulas_of_each_chapter_are_set_in_the_fonts_of_mathjax(pdf, starts, printed_html):
    with_formulas = {
        int(part[:2])
        for part in printed_html.split('<span id="document-')
        if part[:2].isdigit() and 'class="math' in part
    }
    assert len(with_formulas) > 3
    first = [starts[text] for text in headings()] + [len(pdf.pages)]
    for number in with_formulas:
        assert any(map(uses_mathjax, pdf.pages[first[number] - 1 : first[number + 1] - 1])), f"chapter {number}"


def test_all_fonts_are_in_the_pdf(pdf):
    for page in pdf.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            if font.get_object()["/Subtype"] != "/Type3":  # whose glyphs are drawn in the file itself
                descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
                assert {"/FontFile2", "/FontFile3"} & set(descriptor)


def test_the_contents_say_on_which_page_each_chapter_and_section_is(pdf, outline, starts):
    first = starts["Contents"]
    listed = [(text, page) for depth, text, page in outline if depth in (1, 2) and text != "Contents"]
    assert len(listed) > 200
    words = []
    for number in range(first, listed[0][1]):
        page = " ".join(unicodedata.normalize("NFKC", pdf.pages[number - 1].extract_text()).split())
        words += page.removesuffix(f"The digit book {number}").split()
    assert " ".join(words) == " ".join(["Contents", *(f"{text} {page}" for text, page in listed)])


def test_page_numbers_stand_where_printers_print(pdf):
    for index in (0, 99, len(pdf.pages) - 1):
        page = pdf.pages[index]
        found = []

        def note(text, cm, tm, _font, _size, found=found):
            x, y = tm[4] * cm[0] + tm[5] * cm[2] + cm[4], tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            found.append((y, x, text.strip()))

        page.extract_text(visitor_text=note)
        y, x, _ = min(place for place in found if place[2] == str(index + 1))
        assert 10 * MILLIMETRES <= y <= 20 * MILLIMETRES
        assert page.mediabox.width / 2 < x < page.mediabox.width - 15 * MILLIMETRES


def test_the_pdf_offers_nothing_to_click_but_references(pdf):
    first = pdf.pages[0].extract_text()
    assert "Start reading" not in first
    assert {address for address in links(pdf) if "colab" in address or "mybinder" in address} == set()


def test_a_chapter_prints_with_all_its_figures_and_its_number_in_dark_mode_too(browser, published):
    page = browser.new_page(color_scheme="dark")
    page.goto((published / "04_training.html").as_uri(), wait_until="networkidle")
    assert page.evaluate(ALL_THERE)  # nobody scrolled
    ground = "getComputedStyle(document.body).color"
    dark = page.evaluate(ground)
    page.evaluate(f"addEventListener('beforeprint', () => {{ window.printed = {ground}; }})")
    pdf = PdfReader(io.BytesIO(page.pdf()))
    assert page.evaluate("window.printed") != dark == page.evaluate(ground)
    captions = page.locator("article figcaption").count()
    assert pictures(pdf) == captions >= 5
    assert any(map(uses_mathjax, pdf.pages))
    assert pdf.pages[0].extract_text().lstrip().startswith("4. Training and evaluation")
    assert {address for address in links(pdf) if "colab" in address or "mybinder" in address} == set()
    page.locator("details.hide").first.evaluate("solution => { solution.open = true; }")
    page.emulate_media(media="print")
    assert page.evaluate(TO_CLICK) == []
    assert page.locator("details.hide:visible").count() == 1  # a solution is printed if it was opened
    page.close()


def test_the_solutions_are_in_the_appendix_alone(pdf, outline, starts, printed_html):
    before, appendix = printed_html.partition("</article>")[0].split('<span id="document-solutions">')
    assert "not solved yet" in before
    assert not re.search(r"\w\.\d: right", before)
    assert "not solved yet" not in appendix
    assert len(re.findall(r"\w\.\d: right", appendix)) >= 3 * len(TITLES)
    titles = [text for _, text, _ in outline]
    headings = titles[titles.index("Solutions") :]
    exercises = sum(path.read_text(encoding="utf-8").count("**Exercise") for path in chapters())
    assert sum(bool(re.fullmatch(r"Exercise \d", text)) for text in headings) == exercises >= 3 * len(TITLES)
    assert headings.count("Questions to think about") == len(TITLES)
    assert starts["Solutions"] > len(pdf.pages) / 2


def test_the_notebooks_travel_together(published):
    with zipfile.ZipFile(download(published, "digit-book-notebooks.zip")) as archive:
        names = archive.namelist()
        stems = [path.stem for path in chapters()]
        assert names == [f"digit-book/{stem}.ipynb" for stem in stems] + [
            f"digit-book/solutions/{stem}.ipynb" for stem in stems
        ]
        for name in names:
            nbformat.validate(nbformat.reads(archive.read(name).decode("utf-8"), as_version=4))


def test_the_site_to_take_along_is_whole_and_offers_nothing_it_lacks(published):
    with zipfile.ZipFile(download(published, "digit-book-site.zip")) as archive:
        names = set(archive.namelist())
        assert {f"{path.stem}.html" for path in chapters()} <= names
        assert "_static/mathjax/tex-chtml.js" in names
        page = io.TextIOWrapper(archive.open("intro.html"), encoding="utf-8").read()
        assert "_downloads" not in page
