"""Serve MathJax from the site itself: the few files it needs, out of the package sphinx-mathjax-offline."""

import shutil
from importlib.metadata import files
from pathlib import Path

NEEDED = ("tex-chtml.js", "output/chtml/fonts/woff-v2/")


def copy_mathjax(app, exception):
    if exception or app.builder.format != "html":
        return
    for file in files("sphinx-mathjax-offline"):
        _, found, rest = file.as_posix().partition("static/mathjax/")
        if found and rest.startswith(NEEDED):
            target = Path(app.outdir, "_static", "mathjax", rest)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file.locate(), target)


def setup(app):
    app.config.mathjax_path = "mathjax/tex-chtml.js"
    app.connect("build-finished", copy_mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
