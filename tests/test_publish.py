"""What a published site offers to take along."""

import io
import re
import zipfile

import nbformat
import pytest
from pypdf import PdfReader

from paths import chapters
from rendering import read_chapter, title

TITLES = [title(read_chapter(path)) for path in chapters()]


@pytest.fixture(scope="module")
def published(shared_project, tool, site):
    """The site with its downloads, in a project where the plain site was built before."""
    result = tool(shared_project, "publish.py")
    assert result.returncode == 0, result.stdout + result.stderr
    print(result.stdout[-500:])
    return shared_project / "_build" / "html"


def download(site, name):
    [path] = site.glob(f"_downloads/*/{name}")
    assert f"{path.relative_to(site).as_posix()}" in (site / "intro.html").read_text(encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def pdf(published):
    return PdfReader(download(published, "digit-book.pdf"))


def outline(entries):
    for entry in entries:
        if isinstance(entry, list):
            yield from outline(entry)
        else:
            yield entry.title


def test_the_pdf_is_tagged_and_has_an_outline_of_all_chapters(pdf):
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"].value is True
    assert pdf.trailer["/Root"]["/Lang"] == "en"
    titles = list(outline(pdf.outline))
    for text in ["Glossary", "References", "Troubleshooting", "Solutions"]:
        assert text in titles
    for number, text in enumerate(TITLES, start=1):
        assert f"{number}. {text}" in titles


def test_the_solutions_are_in_the_appendix_alone(pdf):
    texts = [page.extract_text() for page in pdf.pages]
    first = next(number for number, text in enumerate(texts) if text.lstrip().startswith("Solutions"))
    assert first > len(texts) / 2
    before, appendix = "\n".join(texts[:first]), "\n".join(texts[first:])
    assert "not solved yet" in before
    assert not re.search(r"\w\.\d: right", before)
    assert "not solved yet" not in appendix
    exercises = sum(path.read_text(encoding="utf-8").count("**Exercise") for path in chapters())
    assert len(re.findall(r"^Exercise \d$", appendix, re.MULTILINE)) == exercises >= 3 * len(TITLES)
    assert appendix.count("Questions to think about") == len(TITLES)


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
