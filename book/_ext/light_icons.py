"""Send only the icons that the site shows: Font Awesome has two thousand, the theme's buttons need two dozen.

The theme draws its icons with a script of half a megabyte, or, where that is missing,
with web fonts. Here the script goes, and fonts and style sheet keep what is used.
"""

import re
from pathlib import Path

from fontTools import subset

SCRIPT = re.compile(r"\s*<script [^>]*scripts/fontawesome\.js[^>]*></script>")
NAME = re.compile(r"\bfa-[a-z0-9-]+")
RULE = re.compile(r'(?P<selectors>(?:\.fa-[a-z0-9-]+:{1,2}before,?)+)\{content:"\\(?P<code>[0-9a-f]+)"\}')
ICON = re.compile(r'"\\([ef][0-9a-f]{3})"|([\ue000-\uf8ff])')


def keep_used_icons(app, exception):
    if exception or app.builder.name != "html":
        return
    site = Path(app.outdir)
    drop_script(site)
    scripts = [*site.glob("_static/scripts/*.js"), *site.glob("_static/*.js")]
    used = set(NAME.findall(" ".join(path.read_text(encoding="utf-8") for path in [*site.glob("*.html"), *scripts])))
    codes = set()
    for sheet in sorted(site.glob("_static/**/*.css")):
        text = RULE.sub(lambda rule: _kept(rule, used), sheet.read_text(encoding="utf-8"))
        sheet.write_text(text, encoding="utf-8", newline="\n")
        codes |= {int(code, 16) if code else ord(letter) for code, letter in ICON.findall(text)}
    for font in site.glob("_static/vendor/fontawesome/**/*.woff2"):
        shrink(font, codes)


def drop_script(site: Path) -> None:
    for page in site.glob("*.html"):
        page.write_text(SCRIPT.sub("", page.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
    for needless in [*site.glob("_static/scripts/fontawesome.js*"), *site.glob("_static/vendor/fontawesome/**/*.ttf")]:
        needless.unlink()


def shrink(path: Path, codes: set[int]) -> None:
    """Keep of a font the characters with these codes."""
    options = subset.Options(flavor="woff2", notdef_outline=True)
    font = subset.load_font(str(path), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    subset.save_font(font, str(path), options)


def _kept(rule: re.Match, used: set[str]) -> str:
    return rule[0] if used & set(NAME.findall(rule["selectors"])) else ""


def setup(app):
    app.connect("build-finished", keep_used_icons)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
