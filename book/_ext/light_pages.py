"""Let a page show itself soon: one style sheet instead of ten, no script in the way, its pictures after itself."""

import hashlib
import posixpath
import re
from pathlib import Path

import imagesize

STYLESHEET = re.compile(r'\s*<link [^>]*href="(?P<path>_static/[^"?]+\.css)[^"]*"[^>]*>')
IMPORT = re.compile(r"""@import\s+["'](?P<path>[^"']+)["'];""")
ADDRESS = re.compile(r"""url\((?P<quote>["']?)(?!data:|#)(?P<path>[^)"']+)(?P=quote)\)""")
PRELOAD = re.compile(r'\s*<link rel="preload" as="script"[^>]*>')
# Small, and waited for by all other scripts.
OPTIONS = re.compile(r'<script [^>]*src="(?P<path>_static/documentation_options\.js)[^>]*></script>')
SCRIPT = re.compile(r'<script (?![^>]*\bdefer\b)(?=[^>]*src="(_static/|searchindex))')
IMAGE = re.compile(r'<img (?P<attributes>[^>]*src="_images/(?P<name>[^"]+)"[^>]*?) ?/?>')


def size_images(app, pagename, templatename, context, doctree):
    """State each picture's size, so that text does not jump; all but the first wait until the page shows itself."""
    files = {name: Path(app.srcdir, source) for source, (_, name) in app.env.images.items()}
    seen = 0

    def mend(match):
        nonlocal seen
        seen += 1
        width, height = imagesize.get(files[match["name"]])
        late = ' loading="lazy"' if seen > 1 and app.builder.name == "html" else ""
        return f'<img {match["attributes"]} width="{width}" height="{height}"{late} />'

    if body := context.get("body"):
        context["body"] = IMAGE.sub(mend, body)


def lighten_pages(app, exception):
    if exception or app.builder.name != "html":
        return
    site = Path(app.outdir)
    for page in site.glob("*.html"):
        text = PRELOAD.sub("", page.read_text(encoding="utf-8"))
        text = OPTIONS.sub(lambda found: f"<script>{(site / found['path']).read_text(encoding='utf-8')}</script>", text)
        text = SCRIPT.sub("<script defer ", text)
        if sheets := [found["path"] for found in STYLESHEET.finditer(text)]:
            links = iter([f'\n  <link rel="stylesheet" href="{bundle_styles(site, sheets)}" />'])
            text = STYLESHEET.sub(lambda _, links=links: next(links, ""), text)
        page.write_text(text, encoding="utf-8", newline="\n")


def bundle_styles(site: Path, sheets: list[str]) -> str:
    """Write style sheets into one, in their order; returns its path."""
    bundle = "\n".join(_with_moved_addresses(site, sheet) for sheet in sheets)
    name = f"_static/styles-{hashlib.sha256(bundle.encode()).hexdigest()[:8]}.css"
    (site / name).write_text(bundle, encoding="utf-8", newline="\n")
    return name


def _with_moved_addresses(site: Path, sheet: str) -> str:
    """A style sheet with what it imports, and with addresses relative to ``_static``, where the bundle lies."""

    def path(found):
        return posixpath.normpath(posixpath.join(posixpath.dirname(sheet), found["path"]))

    text = (site / sheet).read_text(encoding="utf-8")
    text = ADDRESS.sub(lambda found: f"url({posixpath.relpath(path(found), '_static')})", text)
    return IMPORT.sub(lambda found: _with_moved_addresses(site, path(found)), text)


def setup(app):
    app.connect("html-page-context", size_images)
    app.connect("build-finished", lighten_pages, priority=700)  # after the theme's and the icons' changes
    return {"parallel_read_safe": True, "parallel_write_safe": True}
