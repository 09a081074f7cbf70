"""An HTTP request or response as people know them: first line, headers, body; then whatever else is there.

Reads FORMATS' shapes and what other writers made of them (headers as an object, a body that is plain
JSON). A field that is shown in no special way is shown as JSON, so nothing that was stored is hidden.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.text import Text

from captured_exchanges.cli.painting import json_lines, marked, text_lines
from captured_exchanges.cli.summary import text_of, untold
from captured_exchanges.exchange import Json

__all__ = ["view_request", "view_response"]

_BODY_NOTES = ("media_type", "size", "decoded_size", "truncated", "state", "digest")
_CONTENT = {"json": "value", "form": "value", "text": "value", "multipart": "parts", "omitted": "reason"}
"""Where a body of each type keeps what it says."""
_PAIR = 2
_KIB = 1024


def view_request(request: Mapping[str, Json]) -> Iterator[Text]:
    """The lines of a request."""
    first = " ".join(filter(None, (text_of(request, name) for name in ("method", "url", "http_version"))))
    yield marked(first, "bold")
    yield from _view(request, shown={"method", "url", "http_version"})


def view_response(response: Mapping[str, Json]) -> Iterator[Text]:
    """The lines of a response, or of the error that came instead."""
    error = response.get("error")
    if isinstance(error, dict):
        yield marked(f"{text_of(error, 'type')}: {text_of(error, 'message')}", "bold red")
        yield from _view(response, shown={"error"})
        return
    first = " ".join(filter(None, (text_of(response, name) for name in ("http_version", "status", "reason"))))
    yield marked(first, "bold")
    yield from _view(response, shown={"http_version", "status", "reason"})


def _view(part: Mapping[str, Json], *, shown: set[str]) -> Iterator[Text]:
    headers = _pairs(part.get("headers"))
    if headers is not None:
        yield from (Text.assemble((f"{marked(name)}: ", "cyan"), marked(text)) for name, text in headers)
        shown = shown | {"headers"}
    others = {name: v for name, v in untold(part).items() if name not in shown | {"body"}}
    if part.get("body") is not None:
        yield Text()
        yield from _body(part["body"])
    if others:
        yield Text()
        yield Text("(also stored)", "dim")
        yield from json_lines(others)


def _pairs(headers: Json) -> list[tuple[str, str]] | None:
    """Headers as pairs, whichever way they were written; None where they are something else."""
    if isinstance(headers, dict):
        headers = [[name, text] for name, text in headers.items()]
    if not isinstance(headers, list) or not headers:
        return None
    pairs = [_pair(header) for header in headers]
    return [pair for pair in pairs if pair] if all(pairs) else None


def _pair(header: Json) -> tuple[str, str] | None:
    if isinstance(header, list) and len(header) == _PAIR and all(isinstance(h, str) for h in header):
        return str(header[0]), str(header[1])
    return None


def _body(body: Json) -> Iterator[Text]:
    kind = body.get("type") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(kind, str) or kind not in _CONTENT:
        yield from json_lines(body)
        return
    yield Text(_body_note(body), "dim")
    yield from _content(kind, body.get(_CONTENT[kind]))
    others = {name: v for name, v in body.items() if name not in {"type", _CONTENT[kind], *_BODY_NOTES}}
    if others:
        yield from json_lines(others)


def _content(kind: str, content: Json) -> Iterator[Text]:
    form = _pairs(content) if kind == "form" else None
    if form is not None:
        yield from (Text.assemble((f"{marked(name)}", "cyan"), " = ", marked(text)) for name, text in form)
    elif isinstance(content, str) and kind != "json":
        yield from text_lines(content)
    else:
        yield from json_lines(content)


def _body_note(body: Mapping[str, Json]) -> str:
    """`(json body, application/json, 2.1 KiB, truncated)`."""
    size, decoded = body.get("size"), body.get("decoded_size")
    facts = [f"{text_of(body, 'type')} body", text_of(body, "media_type"), _size(size)]
    if decoded != size and _size(decoded):
        facts.append(f"{_size(decoded)} decoded")
    state = text_of(body, "state") if body.get("state") != "complete" else ""
    facts.append(state or ("truncated" if body.get("truncated") else ""))
    digest = text_of(body, "digest")
    facts.append(f"SHA-256 {digest}" if digest else "")
    return str(marked(f"({', '.join(filter(None, facts))})"))


def _size(size: Json) -> str:
    if isinstance(size, bool) or not isinstance(size, int):
        return ""
    return f"{size} B" if size < _KIB else f"{size / _KIB:.1f} KiB"
