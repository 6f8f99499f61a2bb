"""Say a figure's number where prose refers to it: ``[the curves](#fig-curves)`` becomes "the curves (Fig. 3.1)"."""

from docutils import nodes


def number_references(app, doctree, docname):
    numbers = {
        anchor: ".".join(map(str, number))
        for figures in app.env.toc_fignumbers.values()
        for anchor, number in figures.get("figure", {}).items()
    }
    for reference in doctree.findall(nodes.reference):
        anchor = reference.get("refid") or reference.get("refuri", "").partition("#")[2]
        if anchor in numbers:
            reference += nodes.Text(f" (Fig. {numbers[anchor]})")


def setup(app):
    app.connect("doctree-resolved", number_references)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
