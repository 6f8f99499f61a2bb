"""What a published site needs, derived from the one address in ``_config.yml``.

The address of the repository gives that of the site on GitHub Pages, and with it
the canonical links, the social cards and the sitemap; the link "suggest edit" leads
to the source in ``chapters/``; the foot of a page tells the version and the commit.
"""

import subprocess
from pathlib import Path
from urllib.parse import urlparse

import book_checkout  # noqa: F401  so that digitlib is found, and this one
import digitlib

ROOT = Path(__file__).parents[2]
NOT_FOUND = """<h1>Page not found</h1>
<p>The book has no page of this name; perhaps it has another one by now.
<a href="{0}intro.html">Go to the first page</a>, or <a href="{0}search.html">search the book</a>.</p>"""


def site_address(repository: str) -> str:
    """Where GitHub Pages shows the site of a repository.

    >>> site_address("https://github.com/school/digits")
    'https://school.github.io/digits/'
    """
    account, name = urlparse(repository).path.strip("/").split("/")
    return f"https://{account.lower()}.github.io/{name}/"


def derive_addresses(app, config):
    options = config.html_theme_options
    repository, branch = options["repository_url"].rstrip("/"), options["repository_branch"]
    address = config.html_baseurl or site_address(repository)
    config.html_baseurl = config.ogp_site_url = address
    config.notfound_urls_prefix = urlparse(address).path
    config.notfound_context = {"title": "Page not found", "body": NOT_FOUND.format(urlparse(address).path)}
    config.html_context["edit_page_provider_name"] = "GitHub"
    source = "{{ file_name.replace('.ipynb', '.py') }}"
    config.html_context["edit_page_url_template"] = f"{repository}/edit/{branch}/chapters/{source}"
    options["extra_footer"] = f"<p>Version {digitlib.__version__}{built_from(repository)}</p>"


def built_from(repository: str, checkout: Path = ROOT) -> str:
    """The commit that a site is built from, with a link; nothing if the project is no git checkout itself."""
    # An archive may have been unpacked inside another repository, whose commit git would tell.
    if not (checkout / ".git").exists() or not (commit := _git(checkout, "rev-parse", "--short=7", "HEAD")):
        return ""
    changed = " with changes" if _git(checkout, "status", "--porcelain", "--untracked-files=no") else ""
    return f', built from commit <a href="{repository}/commit/{commit}">{commit}</a>{changed}'


def write_robots(app, exception):
    if exception is None and app.builder.name == "html":
        sitemap = f"{app.config.html_baseurl}sitemap.xml"
        Path(app.outdir, "robots.txt").write_text(f"User-agent: *\nAllow: /\nSitemap: {sitemap}\n", encoding="utf-8")


def let_everybody_read(app, exception):
    """A web server is another user, whom a strict umask would shut out."""
    for path in [Path(app.outdir), *Path(app.outdir).rglob("*")]:
        path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o644))


def _git(checkout: Path, *arguments: str) -> str:
    try:
        result = subprocess.run(["git", *arguments], cwd=checkout, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return result.stdout.strip() if result.returncode == 0 else ""


def setup(app):
    app.connect("config-inited", derive_addresses)
    app.connect("build-finished", write_robots)
    app.connect("build-finished", let_everybody_read, priority=1_000)  # after all that write
    return {"parallel_read_safe": True, "parallel_write_safe": True}
