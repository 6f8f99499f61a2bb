"""A page on paper is light, and has all its pictures, also those that nobody scrolled to."""

SCRIPT = """{
  const root = document.documentElement;
  let shown;
  addEventListener("beforeprint", () => { shown = root.dataset.theme; root.dataset.theme = "light"; });
  addEventListener("afterprint", () => { root.dataset.theme = shown; });
  addEventListener("load", () => {
    for (const image of document.querySelectorAll("img[loading=lazy]")) image.loading = "eager";
  });
}"""


def add_script(app, pagename, templatename, context, doctree):
    if app.builder.name == "html":
        app.add_js_file(None, body=SCRIPT)


def setup(app):
    app.connect("html-page-context", add_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
