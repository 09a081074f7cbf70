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

_MARGIN = 64 * 1024
"""What ids and the encoding add to the documents, generously."""
_END_OF_TIME = 1 << 62
_OPERATIONS = frozenset(
    {"search", "bind", "unbind", "add", "modify", "modify_dn", "compare", "delete", "abandon", "extended"}
)
_METHOD = compiled(r"[A-Z]{1,16}")
_HELD = ("entries", "changes")
"""What an LDAP exchange has for a body."""


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
    return Documents(dumps(request), None if answered is None else dumps(response), None)


class Closing:
    """Closes exchanges. Thread-safe. `count` is told what was found, by a fixed name."""

    def __init__(self, families: Families, marker: Marker, count: Callable[[str], None]) -> None:
        self._families = families
        self._marker = marker
        self._count = count

    def close(self, documents: Documents, exchange: Exchange, known: tuple[Needles, ...]) -> Documents:
        """The documents as they may be kept."""
        for field in fields(Documents):
            document = getattr(documents, field.name)
            if document is not None:
                closed = self._closed(document, known)
                documents = replace(documents, **{field.name: closed})
        if documents.request == b"" or documents.response == b"":
            return bare(exchange)
        return self._fitted(replace(documents, intent=documents.intent or None), exchange)

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


def _without_body(document: bytes, reason: str) -> bytes:
    """The document with its body omitted, or what an LDAP exchange has for one; as it is without."""
    try:
        value = loads(document)
    except NotJson:
        return b""
    if isinstance(value, dict) and (held := next((name for name in _HELD if name in value), "")):
        left_out = value.pop(held)
        counted = {"entry_count": len(left_out)} if held == "entries" else {}
        entry = {"path": f"/{held}", "rule": reason.replace(" ", "_")}
        return dumps({**value, **counted, "redactions": [*_elsewhere(value, held), entry]})
    body = value.get("body") if isinstance(value, dict) else None
    if not isinstance(body, dict):
        return document
    kept = {key: item for key, item in body.items() if key not in ("type", "value", "reason")}
    value["body"] = {"type": "omitted", "reason": reason, **kept}
    value["redactions"] = [*_elsewhere(value, "body"), {"path": "/body", "rule": reason.replace(" ", "_")}]
    round_sizes(value)
    return dumps(value)


def _elsewhere(document: dict[str, Any], name: str) -> list[Any]:
    """The removals that are not below a name."""
    return [entry for entry in document.get("redactions", ()) if not entry["path"].startswith(f"/{name}")]
