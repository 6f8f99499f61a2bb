"""What a template asks for and nothing gives is an error that names the page and the thing."""

import pytest

from pipeline.paths import STORED_RESULTS
from pipeline.templates import Prose, RenderError, load_results


@pytest.fixture(scope="module")
def prose():
    return Prose(load_results(STORED_RESULTS))


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ('{{ cite("nobody1998") }}', "references.bib has no entry 'nobody1998'"),
        ('{{ claim("it flies") }}', "no page has tested the claim 'it flies'"),
        ("{{ training.nothing }}", "no attribute 'nothing'"),
    ],
)
def test_what_is_not_there_is_named_with_its_page(prose, template, message):
    with pytest.raises(RenderError, match=f"^intro.md: .*{message}"):
        prose.fill(template, "intro.md")


def test_a_source_is_cited_with_its_authors_and_a_link(prose):
    cited = prose.fill('{{ cite("lecun1998") }}', "intro.md")
    assert cited == "[LeCun and others (1998)](https://doi.org/10.1109/5.726791)"
