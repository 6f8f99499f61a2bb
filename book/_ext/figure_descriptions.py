"""Make each figure's description in words its alternative text.

A figure of the book is one output of a cell in two forms: the picture, and a text
that describes it. Here the text becomes the picture's ``alt``. A picture without
one fails the build, since warnings are errors.
"""

from docutils import nodes
from sphinx.util import logging

log = logging.getLogger(__name__)


def describe_figures(app, doctree):
    for output in doctree.findall(nodes.container):
        if output.get("nb_element") == "mime_bundle":
            forms = {form.get("mime_type"): form for form in output.children}
            if "image/png" in forms and "text/plain" in forms:
                for image in forms["image/png"].findall(nodes.image):
                    image["alt"] = " ".join(forms["text/plain"].astext().split())
    for image in doctree.findall(nodes.image):
        alt = image.get("alt", "").strip()
        if not alt or alt.endswith((".png", ".svg", ".jpg")):
            log.warning("image without alt text: %s", image.get("uri"), location=image, type="book", subtype="alt")


def setup(app):
    app.connect("doctree-read", describe_figures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
