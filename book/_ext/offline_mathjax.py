"""Serve MathJax from the site itself: the few files it needs, out of the package sphinx-mathjax-offline.

It is the largest thing that a chapter loads, so a page shows itself first.
"""

import shutil
from importlib.metadata import files
from pathlib import Path

NEEDED = ("tex-chtml.js", "output/chtml/fonts/woff-v2/")
LOADER = Path(__file__).with_name("load_mathjax.js")


def copy_mathjax(app, exception):
    if exception or app.builder.format != "html":
        return
    for file in files("sphinx-mathjax-offline"):
        _, found, rest = file.as_posix().partition("static/mathjax/")
        if found and rest.startswith(NEEDED):
            target = Path(app.outdir, "_static", "mathjax", rest)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file.locate(), target)
    shutil.copy(LOADER, Path(app.outdir, "_static", "mathjax"))


def setup(app):
    app.config.mathjax_path = f"mathjax/{LOADER.name}"
    app.config.mathjax_options = {"defer": "defer"}
    app.connect("build-finished", copy_mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
