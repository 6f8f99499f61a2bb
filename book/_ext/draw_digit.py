"""The page that draws digits: ``{draw-digit} drawing`` puts a part of it where it stands.

The page's scripts, style and weights are made from `digitlib` when the site is
built, and loaded by no other page. What stands inside the directive is shown to
readers without scripts, and on paper.
"""

import json
from pathlib import Path

import numpy as np
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

import book_checkout  # noqa: F401  so that digitlib is found, and this one
from digitlib import data
from digitlib.web import bundle

PARTS = ("drawing", "preparation", "maps", "votes", "changes")
FOLDER = "draw"  # below _static
EASY = range(5)
HARD = (947, 6651, 2462, 3520, 5937)  # disputed labels; see digitlib.data.load_disputed_labels


class DrawDigit(SphinxDirective):
    """One part of the page."""

    required_arguments = 1
    has_content = True

    def run(self):
        part = directives.choice(self.arguments[0], PARTS)
        self.env.metadata[self.env.docname]["draw-digit"] = True
        still = nodes.container("", classes=["draw-still"])
        self.state.nested_parse(self.content, self.content_offset, still)
        return [nodes.raw("", f'<div data-draw="{part}"></div>', format="html"), still]


def load_scripts(app, pagename, templatename, context, doctree):
    if app.env.metadata.get(pagename, {}).get("draw-digit") and app.builder.name == "html":
        app.add_css_file(f"{FOLDER}/draw.css")
        for script in ("cnn.js", "page.js"):
            app.add_js_file(f"{FOLDER}/{script}", loading_method="defer")


def write_files(app, exception):
    if exception is None and app.builder.name == "html":
        folder = Path(app.outdir, "_static", FOLDER)
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files().items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")


def files() -> dict[str, str]:
    """What the page loads at once, and ``matched.js``, which it loads when it is first wanted."""
    first = {
        "cnn": bundle.export_weights("cnn"),
        "digits": chosen_digits(),
        "familiarity": bundle.read_familiarity(),
    }
    return {
        "draw.css": (bundle.WEB / "draw.css").read_text(encoding="utf-8"),
        "page.js": f"(() => {{\n{bundle.bundle('page.js')}}})();\n",
        "cnn.js": f"globalThis.digitBook = {json.dumps(first)};\n",
        "matched.js": f"globalThis.digitBook.matched = {json.dumps(bundle.export_weights('matched'))};\n",
    }


def chosen_digits() -> list[dict]:
    """The test digits that the page shows: the examples first, then all that the CNN reads wrongly."""
    _, (images, labels) = data.load_mnist()
    disputed = data.load_disputed_labels()["guessed"]
    said = bundle.read_predictions("cnn")
    examples = [*EASY, *HARD]
    errors = np.flatnonzero(said != labels).tolist()
    return [
        {
            "index": index,
            "label": int(labels[index]),
            "said": int(said[index]),
            "other": int(disputed[index]) if index in disputed else None,
            "example": index in examples,
            "image": bundle.encode(images[index].tobytes()),
        }
        for index in dict.fromkeys([*examples, *errors])
    ]


def setup(app):
    app.add_directive("draw-digit", DrawDigit)
    app.connect("html-page-context", load_scripts)
    # Before the site's pages are made lighter, which needs the style sheet in its place.
    app.connect("build-finished", write_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
