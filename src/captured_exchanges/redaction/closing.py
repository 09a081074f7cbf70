"""The end of redaction: known secrets out of the finished documents, a verifier over their bytes, and the
bound on their size. What the verifier finds costs the body; if that does not help, everything but the bare
facts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

from captured_exchanges.exchange import (
    MAX_EXCHANGE_BYTES,
    Exchange,
    HttpRequest,
    HttpResponse,
    LdapRequest,
    LdapResponse,
    SqlResponse,
)
from captured_exchanges.redaction.json import NotJson, dumps, loads
from captured_exchanges.redaction.marker import Marker
from captured_exchanges.redaction.patterns import clean, compiled
from captured_exchanges.redaction.registry import Needles
from captured_exchanges.redaction.repair import repaired, round_sizes
from captured_exchanges.redaction.sweep import Sweep
from captured_exchanges.redaction.transports import rfc3339
from captured_exchanges.redaction.values import Families

__all__ = ["Closing", "Documents", "bare"]

_SPLICED_AFTER = b'"body":{"type":"json","value":'
"""Quotes inside a string are escaped: so it is a body's, not something that somebody said."""
_MARGIN = 64 * 1024
"""What ids and the encoding add to the documents, generously."""
_END_OF_TIME = 1 << 62
_OPERATIONS = frozenset(
    {"search", "bind", "unbind", "add", "modify", "modify_dn", "compare", "delete", "abandon", "extended"}
)
_CONTENT = ("body", "rows", "parameters", "statement", "entries", "changes")
"""Members of documents that hold what was said, beside the facts."""
_METHOD = compiled(r"[A-Z]{1,16}")


@dataclass(frozen=True, slots=True)
class Documents:
    """The three documents of an exchange, as bytes."""

    request: bytes
    response: bytes | None
    intent: bytes | None

    @property
    def size(self) -> int:
        """Bytes of all."""
        return len(self.request) + len(self.response or b"") + len(self.intent or b"")


def bare(exchange: Exchange) -> Documents:
    """What is left of an exchange when nothing else may be kept."""
    redactions = [{"path": "", "rule": "failed"}]
    request: dict[str, Any] = {"kind": clean(exchange.transport_kind), "redactions": redactions}
    asked, answered = exchange.request, exchange.response
    if isinstance(asked, HttpRequest) and _METHOD.fullmatch(clean(asked.method)):
        request["method"] = asked.method
    if isinstance(asked, LdapRequest) and asked.operation in _OPERATIONS:
        request["operation"] = asked.operation
    if 0 <= asked.started_at < _END_OF_TIME:
        request["started_at"] = rfc3339(asked.started_at)
    response: dict[str, Any] = {"redactions": redactions}
    if isinstance(answered, HttpResponse) and isinstance(answered.status, int):
        response["status"] = answered.status
    if isinstance(answered, LdapResponse) and isinstance(answered.result_code, int):
        response["result_code"] = answered.result_code
    if (
        isinstance(answered, SqlResponse)
        and type(answered.row_count) is int
        and abs(answered.row_count) < _END_OF_TIME
    ):
        response["row_count"] = answered.row_count
    return Documents(dumps(request), None if answered is None else dumps(response), None)


class Closing:
    """Closes exchanges. Thread-safe. `count` is told what was found, by a fixed name."""

    def __init__(self, families: Families, marker: Marker, count: Callable[[str], None]) -> None:
        self._families = families
        self._marker = marker
        self._count = count

    def close(
        self,
        documents: Documents,
        exchange: Exchange,
        known: tuple[Needles, ...],
        *,
        spliced: tuple[bytes, bytes] = (b"", b""),
    ) -> Documents:
        """The documents as they may be kept. `spliced` are the bodies of request and response that stand
        there byte for byte as the prescan has read them, with a pattern that finds all that ours finds.
        """
        if self._all_pass(documents, known, spliced):
            return self._fitted(documents, exchange)
        for field in fields(Documents):
            document = getattr(documents, field.name)
            if document is not None:
                closed = self._closed(document, known)
                documents = replace(documents, **{field.name: closed})
        if documents.request == b"" or documents.response == b"":
            return bare(exchange)
        return self._fitted(replace(documents, intent=documents.intent or None), exchange)

    def _all_pass(
        self, documents: Documents, known: tuple[Needles, ...], spliced: tuple[bytes, bytes]
    ) -> bool:
        """Whether nothing is found in any document; asked of all at once."""
        request, response = documents.request, documents.response or b""
        whole = b"\n".join((request, response, documents.intent or b""))
        rest = b"\n".join(
            (_without(request, spliced[0]), _without(response, spliced[1]), documents.intent or b"")
        )
        return not self._families.survivor(rest) and not any(needles.found(whole) for needles in known)

    def _closed(self, document: bytes, known: tuple[Needles, ...]) -> bytes:
        """A document that passes the verifier; empty where nothing of it does."""
        if any(needles.found(document) for needles in known):
            document = repaired(document, known, Sweep(self._marker))
        elif not self._families.survivor(document):
            return document
        if self._passes(document, known):
            return document
        self._count("redaction.verifier_hit")
        document = _without_body(document, "verifier")
        return document if self._passes(document, known) else b""

    def _passes(self, document: bytes, known: tuple[Needles, ...]) -> bool:
        return not self._families.survivor(document) and not any(needles.found(document) for needles in known)

    def _fitted(self, documents: Documents, exchange: Exchange) -> Documents:
        """Below the bound: the larger body goes first, then the other, then all but the bare facts."""
        bound = MAX_EXCHANGE_BYTES - _MARGIN
        for _ in range(2):
            if documents.size < bound:
                return documents
            if len(documents.request) > len(documents.response or b""):
                documents = replace(documents, request=_without_body(documents.request, "too large"))
            else:
                response = _without_body(documents.response or b"{}", "too large")
                documents = replace(documents, response=response)
        return documents if documents.size < bound else bare(exchange)


def _without(document: bytes, spliced: bytes) -> bytes:
    """The document without the JSON that was spliced into it: without those very bytes, or whole."""
    start = document.find(_SPLICED_AFTER) + len(_SPLICED_AFTER)
    if not spliced or not document.startswith(spliced, start):
        return document
    return document[:start] + document[start + len(spliced) :]


def _without_body(document: bytes, reason: str) -> bytes:
    """The document with its body, or what its transport has for one, omitted; as it is where it has none."""
    try:
        value = loads(document)
    except NotJson:
        return b""
    held = [name for name in _CONTENT if value.get(name)] if isinstance(value, dict) else []
    if not held:
        return document
    for name in held:
        _leave_out(value, name, reason)
    elsewhere = [entry for entry in value.get("redactions", ()) if _member(entry["path"]) not in held]
    rule = reason.replace(" ", "_")
    value["redactions"] = [*elsewhere, *({"path": f"/{name}", "rule": rule} for name in held)]
    round_sizes(value)
    return dumps(value)


def _leave_out(document: dict[str, Any], name: str, reason: str) -> None:
    """Leave one member out; what it was is told in the way of its transport."""
    content, omitted = document[name], {"type": "omitted", "reason": reason}
    if name == "body":
        facts = {
            key: item for key, item in content.items() if key not in ("type", "value", "parts", "reason")
        }
        document[name] = {**omitted, **facts}
    elif name in ("statement", "parameters"):
        document[name] = omitted
    elif name == "rows":
        document[name], document["truncated"] = [], True
    else:
        del document[name]
        if name == "entries":
            document["entry_count"] = len(content)


def _member(path: str) -> str:
    """The member of a document that a path leads into."""
    return path.split("/")[1] if path else ""
