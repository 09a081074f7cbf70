"""Raw HTTP as people have it: a request, a response, or both, as `curl -v` and `curl -i` print them.

What curl says itself (`* …`, `{ [… bytes data]`) is about the connection and left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

from captured_exchanges.cli.summary import text_of
from captured_exchanges.cli.trial import Trial, body_of, content
from captured_exchanges.exchange import HttpRequest, HttpResponse, Json
from captured_exchanges.redaction.patterns import clean, compiled

__all__ = ["redact_http"]

_REQUEST = compiled(r"([A-Z]{3,20}) (\S+)(?: (HTTP/\d(?:\.\d)?))?\s*")
_STATUS = compiled(r"(HTTP/\d(?:\.\d)?) (\d{3})(?: (.*))?")
_NOTE = compiled(r"(?:\* |[{}] \[\d* ?bytes data\])")
_VERBOSE = compiled(r"(?m)^> [A-Z]{3,20} \S+ HTTP/")


@dataclass(slots=True)
class _Message:
    """One message, as far as it has been read."""

    first: str
    is_response: bool
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    in_body: bool = False

    @property
    def data(self) -> bytes:
        """The body, without the line feed that ends a file."""
        return "\n".join(self.body).strip("\n").encode("utf-8", "surrogateescape")

    def take(self, line: str, *, is_body: bool) -> None:
        """The next line of it."""
        if is_body:
            self.body.append(line)
        elif not line.strip():
            self.in_body = True
        else:
            pseudo = ":" if line.startswith(":") else ""  # HTTP/2's :path
            name, _, value = line.removeprefix(":").partition(":")
            self.headers.append((pseudo + name.strip(), value.strip()))


def redact_http(data: bytes, trial: Trial) -> str:
    """The messages of a text, redacted, in their order."""
    text = data.decode("utf-8", "surrogateescape").replace("\r\n", "\n")
    pieces: list[str] = []
    numbered = count(1)
    for request, response in _pairs(_messages(text)):
        asked = _request(request) if request else HttpRequest("GET", "", (), None, 0)
        shown = trial.exchange(asked, _response(response) if response else None, entry=next(numbered))
        pieces += [_request_text(shown[0])] if request else []
        pieces += [_response_text(shown[1])] if response else []
    end = "\n\n" if pieces and pieces[-1].endswith("\n") else "\n"  # a head ends with a blank line
    return "\n\n".join(piece.rstrip("\n") for piece in pieces) + end


def _messages(text: str) -> Iterator[_Message]:
    is_verbose = _VERBOSE.search(clean(text)) is not None
    message: _Message | None = None
    for mark, line in _marked(text) if is_verbose else (("", line) for line in text.split("\n")):
        begun = None if is_verbose and not mark else _begun(mark, line, message)
        if begun is not None:
            if message is not None:
                yield message
            message = begun
        elif message is not None:
            message.take(line, is_body=message.in_body and not mark)
    if message is not None:
        yield message


def _marked(text: str) -> Iterator[tuple[str, str]]:
    """The lines of curl's output with their marks: `>` was sent, `<` was received, none is a body's."""
    for line in text.split("\n"):
        if line[:2].rstrip() in (">", "<"):
            yield line[0], line[2:]
        elif _NOTE.match(clean(line)) is None:
            yield "", line


def _begun(mark: str, line: str, before: _Message | None) -> _Message | None:
    """The message that begins with a line. Nothing begins within a head, but an answer in a request's."""
    plain = clean(line).rstrip()
    is_free = before is None or before.in_body
    if mark != ">" and (before is None or is_free or not before.is_response) and _STATUS.fullmatch(plain):
        return _Message(plain, is_response=True)
    match = None if mark == "<" or not (is_free or mark) else _REQUEST.fullmatch(plain)
    if match is not None and (match.start(3) >= 0 or before is None):
        return _Message(plain, is_response=False)
    return None


def _pairs(messages: Iterable[_Message]) -> Iterator[tuple[_Message | None, _Message | None]]:
    """Each request with the response that follows it; interim ones by themselves."""
    request: _Message | None = None
    for message in messages:
        if message.is_response:
            yield request, message
            request = None
        else:
            if request is not None:
                yield request, None
            request = message
    if request is not None:
        yield request, None


def _request(message: _Message) -> HttpRequest:
    match = _REQUEST.fullmatch(clean(message.first))
    method, url = (match[1], match[2]) if match else ("GET", "")
    version = match[3] if match and match.start(3) >= 0 else ""
    body = body_of(message.data) if message.data else None
    return HttpRequest(method, url, tuple(message.headers), body, 0, version)


def _response(message: _Message) -> HttpResponse:
    match = _STATUS.fullmatch(clean(message.first))
    status, version = (int(match[2]), match[1]) if match else (0, "")
    reason = match[3] if match and match.start(3) >= 0 else ""
    return HttpResponse(
        status, 0.0, reason, tuple(message.headers), body_of(message.data) if message.data else None, version
    )


def _request_text(document: Mapping[str, Json]) -> str:
    first = " ".join(filter(None, (text_of(document, name) for name in ("method", "url", "http_version"))))
    return _text(first, document)


def _response_text(document: Mapping[str, Json]) -> str:
    first = " ".join(filter(None, (text_of(document, name) for name in ("http_version", "status", "reason"))))
    return _text(first, document)


def _text(first: str, document: Mapping[str, Json]) -> str:
    headers = document.get("headers")
    lines = (
        [f"{header[0]}: {header[1]}" for header in headers if isinstance(header, list)]
        if isinstance(headers, list)
        else []
    )
    body = document.get("body")
    shown = content(body) if isinstance(body, dict) else ""
    return "\n".join([first, *lines, "", shown])
