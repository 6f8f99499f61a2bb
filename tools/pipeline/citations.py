"""What the book takes from elsewhere: its references, and the figures that it quotes from them."""

import functools
from collections.abc import Mapping

import yaml
from pybtex.database import Entry, parse_string

from digitlib.files import read_text
from pipeline.paths import BOOK, CHAPTERS


def cite(key: str) -> str:
    """A link to a source, with its authors and year, that reads well everywhere."""
    entries = load_references()
    if key not in entries:
        raise LookupError(f"references.bib has no entry {key!r}")
    entry = entries[key]
    names = [" ".join(person.last_names) for person in entry.persons["author"]]
    if len(names) > 2:
        names = [f"{names[0]} and others"]
    return f"[{' and '.join(names)} ({entry.fields['year']})]({source_address(entry.fields)})"


def source_address(fields: Mapping[str, str]) -> str:
    """Where a source can be read: its DOI, its arXiv number, or its address."""
    if "doi" in fields:
        return f"https://doi.org/{fields['doi']}"
    if "eprint" in fields:
        return f"https://arxiv.org/abs/{fields['eprint']}"
    return fields["url"]


def load_references() -> Mapping[str, Entry]:
    """The sources in ``references.bib``, by key."""
    return _parse_references(read_text(BOOK / "references.bib"))


@functools.cache
def _parse_references(text: str) -> Mapping[str, Entry]:
    return parse_string(text, "bibtex").entries


def load_facts() -> dict[str, dict]:
    """Figures from elsewhere, each with its value and its source."""
    return yaml.safe_load(read_text(CHAPTERS / "facts.yml"))
