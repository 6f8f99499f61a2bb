"""Link each term of the glossary where a chapter first uses it; the definition shows when you point at it."""

import functools
import re
from itertools import groupby

from docutils import nodes
from sphinx import addnodes

NOT_WITHIN = (
    nodes.title,
    nodes.caption,
    nodes.literal,
    nodes.literal_block,
    nodes.math,
    nodes.reference,
    nodes.raw,
    addnodes.pending_xref,
)


def collect_terms(app) -> dict[str, tuple[str, str, str]]:
    """The terms of the glossary, in lower case: page, anchor and definition of each."""
    objects = app.env.get_domain("std").get_objects()
    found = {name.lower(): (docname, anchor) for name, _, kind, docname, anchor, _ in objects if kind == "term"}
    definitions = {
        anchor: " ".join(item.next_node(nodes.definition).astext().split())
        for docname in {docname for docname, _ in found.values()}
        for item in app.env.get_doctree(docname).findall(nodes.definition_list_item)
        for term in item.findall(nodes.term)
        for anchor in term["ids"]
    }
    return {name: (docname, anchor, definitions[anchor]) for name, (docname, anchor) in found.items()}


def link_first_uses(app, doctree, docname):
    if app.builder.name != "html" or not app.env.doc2path(docname).endswith(".ipynb"):
        return
    if not hasattr(app.env, "glossary_terms"):
        app.env.glossary_terms = collect_terms(app)
    terms = dict(app.env.glossary_terms)
    join_texts(doctree)
    for text in list(doctree.findall(nodes.Text)):
        if any(isinstance(parent, NOT_WITHIN) for parent in _parents(text)):
            continue
        text.parent.replace(text, list(_linked(app, docname, text.astext(), terms)))


def join_texts(doctree):
    """Make one of neighbouring texts: a line break in the source parts them, and a term that spans it."""
    for parent in {text.parent for text in doctree.findall(nodes.Text)}:
        children = list(parent.children)
        parent.clear()
        for are_texts, group in groupby(children, lambda node: isinstance(node, nodes.Text)):
            members = list(group)
            parent += nodes.Text("".join(node.astext() for node in members)) if are_texts else members


def _linked(app, docname, text: str, terms: dict):
    """The text in pieces; a term that is linked is taken out of `terms`."""
    while terms and (match := _pattern(tuple(terms)).search(text)):
        page, anchor, definition = terms.pop(" ".join(match["term"].lower().split()))
        uri = app.builder.get_relative_uri(docname, page)
        yield nodes.Text(text[: match.start()])
        yield nodes.reference(
            "", match[0], refuri=f"{uri}#{anchor}", internal=True, reftitle=definition, classes=["term-link"]
        )
        text = text[match.end() :]
    yield nodes.Text(text)


@functools.cache
def _pattern(terms: tuple[str, ...]) -> re.Pattern:
    """Any of the terms, as a whole word or its plural; the longest first."""
    words = "|".join(r"\s+".join(map(re.escape, term.split())) for term in sorted(terms, key=len, reverse=True))
    return re.compile(rf"\b(?P<term>{words})(?:e?s)?\b", re.IGNORECASE)


def _parents(node):
    while node := node.parent:
        yield node


def setup(app):
    app.connect("doctree-resolved", link_first_uses)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
