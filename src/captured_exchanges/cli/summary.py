"""One exchange in one line: what was asked, what came back, how long it took.

Knows the shapes of FORMATS (http, sql, ldap), meets unknown kinds and odd rows with what there is, and
never fails: a field of the wrong type is a field that is not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from captured_exchanges.cli.document import AnyExchange, fields
from captured_exchanges.exchange import Json

__all__ = ["Summary", "duration", "summarise", "text_of", "untold"]

_TOLD = {
    **dict.fromkeys(("kind", "started_at", "call_id", "remote_address"), (str,)),
    **dict.fromkeys(("duration_ms", "attempt"), (int, float)),
    "redactions": (list,),
}
_BAD_HTTP = 400
_TWO_DIGITS = 9.95
_SECOND = 1000.0
_MINUTE = 60 * _SECOND
_LDAP_WELL = frozenset({0, 5, 6, 10, 14})
"""success, compareFalse, compareTrue, referral, saslBindInProgress (RFC 4511, 4.1.9)."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Texts may hold anything that was captured: not yet printable. Empty means unknown."""

    method: str
    target: str
    status: str
    failed: bool
    duration: str
    started_at: str
    intent: str

    @property
    def asked(self) -> str:
        """Method and target."""
        return f"{self.method} {self.target}".strip()


def summarise(exchange: AnyExchange) -> Summary:
    """The summary of an exchange, whoever wrote it."""
    request, response = fields(exchange.request_json), fields(exchange.response_json)
    method, target = _asked(exchange.transport_kind, request)
    status, failed = _answered(exchange.transport_kind, response)
    return Summary(
        method=method,
        target=" ".join(target.split()),
        status=status,
        failed=failed,
        duration=duration(response.get("duration_ms")),
        started_at=text_of(request, "started_at"),
        intent=_intent(fields(exchange.intent_json)),
    )


def duration(milliseconds: Json) -> str:
    """A duration for people: `3.1 ms`, `1.2 s`, `12 min`; empty where it is no number."""
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
        return ""
    if milliseconds < _SECOND:
        return _digits(milliseconds, "ms")
    if milliseconds < _MINUTE:
        return _digits(milliseconds / _SECOND, "s")
    return _digits(milliseconds / _MINUTE, "min")


def _digits(number: float, unit: str) -> str:
    return f"{number:.1f} {unit}" if number < _TWO_DIGITS else f"{number:.0f} {unit}"


def text_of(of: Mapping[str, Json], *names: str) -> str:
    """The first of these members that is text or a number, as text."""
    found = (of.get(name) for name in names)
    usable = (v for v in found if isinstance(v, str | int | float) and not isinstance(v, bool) and v != "")
    return str(next(usable, ""))


def untold(of: Mapping[str, Json]) -> dict[str, Json]:
    """The members of a request or response that the head of a view, or its list of redactions, leaves out."""
    return {name: v for name, v in of.items() if name not in _TOLD or not isinstance(v, _TOLD[name])}


def _asked(kind: str, request: Mapping[str, Json]) -> tuple[str, str]:
    if kind == "sql":
        return "", text_of(request, "statement")
    if kind == "ldap":
        where, what = text_of(request, "base", "dn"), text_of(request, "filter")
        return text_of(request, "operation"), f"{where} {what}".strip()
    return text_of(request, "method", "operation"), text_of(
        request, "url", "statement", "base", "dn", "target"
    )


def _answered(kind: str, response: Mapping[str, Json]) -> tuple[str, bool]:
    if response.get("error"):
        return "error", True
    if kind == "sql":
        return _rows(response), False
    if kind == "ldap":
        code = response.get("result_code")
        return text_of(response, "description", "result_code"), isinstance(
            code, int
        ) and code not in _LDAP_WELL
    status = response.get("status")
    return text_of(response, "status"), isinstance(status, int) and status >= _BAD_HTTP


def _rows(response: Mapping[str, Json]) -> str:
    rows = response.get("row_count", response.get("rows"))
    number = len(rows) if isinstance(rows, list) else rows
    return f"{number} row{'' if number == 1 else 's'}" if isinstance(number, int) else ""


def _intent(intent: Mapping[str, Json]) -> str:
    asked, kind = text_of(intent, "entrypoint", "surface"), text_of(intent, "resourceType")
    return f"{asked.rpartition('/')[2]} {kind}".strip()
