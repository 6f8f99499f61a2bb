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


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{{ 0.52 | share_in_words }}", "about half"),
        ("{{ 0.9881 | place_in_words([0.9886, 0.9926]) }}", "below all 2"),
        ("{{ (87 - 32) | by_sign('more', 'fewer', 'as many') }}", "more"),
        ("{{ (32 - 87) | by_sign('more', 'fewer', 'as many') }}", "fewer"),
        ("{{ 0 | by_sign('more', 'fewer', 'as many') }}", "as many"),
    ],
)
def test_a_result_chooses_its_words(prose, template, words):
    assert prose.fill(template, "intro.md") == words


def test_a_difference_that_chance_explains_is_not_told_as_one(prose):
    compared = {"difference": 0.1, "low": -0.1, "high": 0.3, "p_value": 0.2, "effect_size": 0.4, "count": 5}
    template = f"{{% set compared = {compared} %}}{{{{ compared | verdict }}}}, {{{{ compared | verdict(0.01) }}}}"
    assert prose.fill(template, "intro.md") == "no difference shown, helps"
