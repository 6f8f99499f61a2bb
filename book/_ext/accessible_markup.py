"""Mend markup that the theme, pandas and the bibliography leave wrong for screen readers."""

REPLACEMENTS = {
    '<div role="list" class="citation-list">': '<div class="citation-list">',
    ' role="doc-biblioentry"': "",
    "<th></th>": "<td></td>",
    '<summary aria-label="Toggle hidden content">': "<summary>",
}


def mend(app, pagename, templatename, context, doctree):
    if body := context.get("body"):
        for wrong, right in REPLACEMENTS.items():
            body = body.replace(wrong, right)
        context["body"] = body


def setup(app):
    app.connect("html-page-context", mend)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
