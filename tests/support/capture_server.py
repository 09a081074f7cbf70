"""A real HTTP server on loopback for the tests of capture: answers of every awkward kind, and what it saw."""

from __future__ import annotations

import asyncio
import gzip
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

GZIPPED = gzip.compress(b'{"Resources": [{"id": "u-1", "userName": "ada"}]}')
PIECES = [b"one,", b"two,", b"three"]
DEADLINE = 20.0


@dataclass
class Seen:
    """A request as it arrived."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes


class Server(ThreadingHTTPServer):
    """Answers by path. `/hold…` waits until `release` is set; `holding` tells that a request does."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seen: list[Seen] = []
        self.release = threading.Event()
        self.holding = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}"

    async def held(self) -> None:
        """Wait until a request is being held."""
        assert await asyncio.to_thread(self.holding.wait, DEADLINE)

    def handle_error(self, request, client_address) -> None:
        """Clients that go away early are what some tests are about."""


@contextmanager
def serving():
    """A server in a thread of its own."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.release.set()
            server.shutdown()
            thread.join(DEADLINE)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, *_args) -> None:
        pass

    def handle_any(self) -> None:
        target = urlsplit(self.path)
        body = self._body()
        self.server.seen.append(Seen(self.command, self.path, list(self.headers.items()), body))
        name, _, rest = target.path.strip("/").partition("/")
        getattr(self, f"on_{name}")(rest, body)

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = handle_any  # noqa: N815

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def on_hello(self, _rest: str, _body: bytes) -> None:
        self.send_response(200, "Fine")
        for name, value in [("X-MiXed", "Gr\xfc\xdfe"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]:
            self.send_header(name, value)
        self.send_header("Content-Length", "5")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(b"hello")

    def on_echo(self, _rest: str, body: bytes) -> None:
        self.answer(200, body)

    def on_status(self, rest: str, _body: bytes) -> None:
        self.answer(int(rest), b"" if rest == "204" else b"status " + rest.encode())

    def on_gzip(self, _rest: str, _body: bytes) -> None:
        self.answer(200, GZIPPED, Content_Encoding="gzip", Content_Type="application/json")

    def on_big(self, rest: str, _body: bytes) -> None:
        self.answer(200, b"x" * int(rest))

    def on_redirect(self, rest: str, _body: bytes) -> None:
        steps = int(rest)
        location = f"/redirect/{steps - 1}" if steps > 1 else "/hello"
        self.answer(302, b"over there", Location=location)

    def on_again(self, _rest: str, _body: bytes) -> None:
        self.answer(307, b"again", Location="/echo")

    def on_digest(self, _rest: str, _body: bytes) -> None:
        if "Authorization" in self.headers:
            self.answer(200, b"welcome")
        else:
            self.answer(401, b"who", WWW_Authenticate='Digest realm="r", nonce="n", qop="auth"')

    def on_chunked(self, _rest: str, _body: bytes) -> None:
        self._begin_chunks()
        for piece in PIECES:
            self._chunk(piece)
        self._chunk(b"")

    def on_trickle(self, _rest: str, _body: bytes) -> None:
        """The first piece, then nothing until released."""
        self._begin_chunks()
        self._chunk(PIECES[0])
        self._hold()
        self._chunk(b"rest")
        self._chunk(b"")

    def on_hold(self, _rest: str, _body: bytes) -> None:
        self._hold()
        self.answer(200, b"at last")

    def on_cut(self, _rest: str, _body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"only this")
        self.close_connection = True

    def on_hangup(self, _rest: str, _body: bytes) -> None:
        self.close_connection = True

    def _hold(self) -> None:
        self.wfile.flush()
        self.server.holding.set()
        self.server.release.wait(DEADLINE)

    def _begin_chunks(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _chunk(self, piece: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
