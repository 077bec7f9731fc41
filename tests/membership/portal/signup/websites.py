"""The club's own web site, at an origin of its own: it shows the service's page in a frame."""

import contextlib
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOME = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>The club</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<style>body {{ font: 16px/1.5 sans-serif; margin: 0 auto; max-width: 50rem; padding: 0 .5rem; }}
</style></head><body>
<h1>Our club</h1>
{script}
{snippet}
<p id="end">Here the site goes on.</p>
</body></html>"""

VOUCHES = (
    "<script>window.walletdeskToken ="
    ' () => fetch("/my-walletdesk-token").then((r) => r.text());</script>'
)
"""What a site adds that vouches for its visitors, as the documentation has it."""

NEIGHBOUR = """<!doctype html><title>An advertisement</title><script>
addEventListener("message", (event) => {
  if (event.source !== parent) return;
  const { where, message } = event.data;
  (where === null ? parent : parent.frames[where]).postMessage(message, "*");
  parent.postMessage("sent", "*");
});
</script>"""
"""A page in another frame of the site: it forwards what it receives."""


@dataclass(frozen=True)
class PageRequest:
    """A request as a server was sent it. Names of headers are in small letters."""

    url: str
    headers: Mapping[str, str]


@dataclass
class WebSite:
    """A web site: the snippet on its page, and the token with which it vouches, if it does."""

    port: int
    snippet: str = ""
    token: str | None = None
    asked: list[PageRequest] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its origin. To a browser this is another site than ``127.0.0.1``, not only origin."""
        return f"http://localhost:{self.port}"

    def answer(self, path: str) -> tuple[str, str] | None:
        """Type and text of what is at a path; None if there is nothing."""
        if path == "/":
            script = "" if self.token is None else VOUCHES
            return "text/html", HOME.format(script=script, snippet=self.snippet)
        if path == "/neighbour":
            return "text/html", NEIGHBOUR
        if path == "/my-walletdesk-token" and self.token is not None:
            return "text/plain", self.token
        return None


@contextlib.contextmanager
def running_site() -> Iterator[WebSite]:
    """Serve a web site on a free port of this machine, until the block is left."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            site.asked.append(PageRequest(self.path, headers))
            found = site.answer(self.path)
            kind, text = found or ("text/plain", "nothing here")
            body = text.encode()
            self.send_response(404 if found is None else 200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Write nothing to the test's output."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        site = WebSite(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()
