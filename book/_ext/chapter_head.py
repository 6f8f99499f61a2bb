"""The line under a chapter's title: how long it takes, and where it can be run.

In the notebook the line is plain text in italics. On the site it gets links to
Colab, to Binder and to the notebook's file, the addresses being those of the
theme's own buttons. Descriptions of the page for search engines leave it out.
"""

from html import escape

from docutils import nodes

LINKS = {"Colab": "Colab", "Binder": "Binder", ".ipynb": "download the notebook"}  # by the text of the theme's button


def mark_heads(app, doctree):
    for paragraph in doctree.findall(_is_head):
        paragraph["classes"].append("chapter-head")


def leave_out_of_descriptions(app, pagename, templatename, context, doctree):
    for head in doctree.findall(_is_head) if doctree else ():
        head.parent.remove(head)
        break


def add_links(app, pagename, templatename, context, doctree):
    body = context.get("body")
    if app.builder.name == "html" and body and '<p class="chapter-head">' in body:
        before, start, rest = body.partition('<p class="chapter-head">')
        line, end, after = rest.partition("</p>")
        buttons = {button["text"]: button for group in context["header_buttons"] for button in group.get("buttons", [])}
        links = ", ".join(f'<a href="{escape(buttons[text]["url"])}">{link}</a>' for text, link in LINKS.items())
        context["body"] = f'{before}{start}{line} <span class="run-it">Run it: {links}.</span>{end}{after}'


def _is_head(node) -> bool:
    """Whether a node is a paragraph in italics, right under the title of the page."""
    return (
        isinstance(node, nodes.paragraph)
        and len(node.children) == 1
        and isinstance(node.children[0], nodes.emphasis)
        and isinstance(node.parent, nodes.section)
        and isinstance(node.parent.parent, nodes.document)
        and node.parent.index(node) == 1
    )


def setup(app):
    app.connect("doctree-read", mark_heads)
    app.connect("html-page-context", leave_out_of_descriptions, priority=400)  # before sphinxext.opengraph
    app.connect("html-page-context", add_links, priority=600)  # after the theme has made its buttons
    return {"parallel_read_safe": True, "parallel_write_safe": True}
