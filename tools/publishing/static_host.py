"""The site as a static host would serve it to a browser."""

import functools
import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMPRESSED = (".html", ".css", ".js", ".svg", ".json", ".txt", ".xml")


class StaticHost(SimpleHTTPRequestHandler):
    """Compresses text, and answers a wrong address with the site's own page."""

    def __init__(self, *arguments, below: str, **options) -> None:
        self.below = below
        super().__init__(*arguments, **options)

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path.removeprefix(self.below)))
        path = path / "index.html" if path.is_dir() else path
        status = HTTPStatus.OK
        if not path.exists():
            path, status = Path(self.directory, "404.html"), HTTPStatus.NOT_FOUND
        content = _content(path, path.stat().st_mtime_ns)
        self.send_response(status)
        self.send_header("Content-Type", self.guess_type(str(path)))
        if path.suffix in COMPRESSED:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments) -> None:
        pass


@functools.cache
def _content(path: Path, _changed: int) -> bytes:
    content = path.read_bytes()
    return gzip.compress(content) if path.suffix in COMPRESSED else content


@contextmanager
def serve(site: Path, below: str = "/") -> Iterator[str]:
    """Serve a folder below a path of the host; gives its address, which ends with a slash."""
    handler = functools.partial(StaticHost, directory=str(site), below=below)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{below}"
    finally:
        server.shutdown()
