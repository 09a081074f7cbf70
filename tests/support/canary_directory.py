"""The demo's real SCIM directory behind a reverse proxy that plants canaries in what it answers.

Requests of the connector carry a marker; what was planted in them is taken off before the directory sees it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from secrets import token_urlsafe
from threading import Lock, Thread
from urllib.parse import parse_qsl, urlencode

from captured_exchanges.demo import directory
from support.canaries import Canaries, document, echoes
from support.demo_directory import RunningDirectory

MARK = "HTTP_X_PLANTED"
"""The header with which a connector says which parameters it has planted."""


class Planting:
    """WSGI around the directory's own application."""

    def __init__(self, application: Callable, tell: Callable[[str], None]) -> None:
        self._application = application
        self._made = Canaries(tell)
        self._lock = Lock()

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        """A request of the connector gets canaries back; any other goes straight through."""
        if MARK not in environ:
            return self._application(environ, start_response)
        planted = set(environ[MARK].split(","))
        query = [pair for pair in parse_qsl(environ["QUERY_STRING"]) if pair[0] not in planted]
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        plain = {**environ, "QUERY_STRING": urlencode(query), "CONTENT_LENGTH": "0"}
        said: list = []
        body = b"".join(self._application(plain, lambda *head: said.extend(head)))
        with self._lock:
            headers, answer = self._planted(dict(said[1]), body, environ["HTTP_X_API_KEY"])
        start_response(said[0], headers)
        return [answer]

    def _planted(self, headers: dict[str, str], body: bytes, secret: str) -> tuple[list, bytes]:
        made = self._made
        answer = {**json.loads(body), "urn:canaries": document(made), "urn:echo": echoes(secret)}
        notes = [text for text in made.of_families(4) if "\n" not in text]
        data = json.dumps(answer).encode()
        headers |= {
            "Content-Length": str(len(data)),
            "Set-Cookie": f"session={made.named()}; Path=/",
            "X-Auth-Token": made.named(),
            "X-Note": f"seen {', '.join(notes)}",
            "Link": f'<https://example.test/x?api_key={made.named()}>; rel="next"',
        }
        return list(headers.items()), data


@contextmanager
def canary_directory(tell: Callable[[str], None]) -> Iterator[RunningDirectory]:
    """An empty directory, served by a thread; `tell` hears each canary."""
    token = token_urlsafe(24)
    with directory.server(token) as listening:
        listening.set_app(Planting(listening.get_app(), tell))
        thread = Thread(target=listening.serve_forever)
        thread.start()
        try:
            yield RunningDirectory(f"http://127.0.0.1:{listening.server_port}/v2", token)
        finally:
            listening.shutdown()
            thread.join()
