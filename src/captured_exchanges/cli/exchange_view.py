"""One exchange in full, for people: what it is, request, response, and what was removed from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from rich.text import Text

from captured_exchanges.cli.document import AnyExchange, compact, fields, value
from captured_exchanges.cli.http_view import view_request, view_response
from captured_exchanges.cli.painting import json_lines, labelled, marked
from captured_exchanges.cli.removals import alike, where_of
from captured_exchanges.cli.summary import summarise, text_of, untold
from captured_exchanges.exchange import Json, StoredExchange

__all__ = ["view"]

_Removal: TypeAlias = tuple[str, str, str]


def view(exchange: AnyExchange) -> Iterator[Text]:
    """The lines of an exchange, whoever wrote it."""
    request, response = value(exchange.request_json), value(exchange.response_json)
    http = exchange.transport_kind == "http"
    yield marked(exchange.request_id, "bold")
    yield from _facts(exchange)
    yield from _heading("request")
    yield from view_request(request) if http and isinstance(request, dict) else _plain(request)
    yield from _heading("response")
    yield from view_response(response) if http and isinstance(response, dict) else _plain(response)
    removals = [*_removals("request", request), *_removals("response", response)]
    if removals:
        yield from _heading("redacted")
        yield from _removal_lines(removals)


def _facts(exchange: AnyExchange) -> Iterator[Text]:
    summary, request = summarise(exchange), fields(exchange.request_json)
    stored = exchange.discovered_at if isinstance(exchange, StoredExchange) else ""
    facts = {
        "kind": exchange.transport_kind,
        "sync": exchange.sync_id,
        "started": summary.started_at,
        "took": summary.duration,
        "stored": stored,
        "call": _call(request),
        "peer": text_of(fields(exchange.response_json), "remote_address"),
    }
    yield from (labelled(label, text) for label, text in facts.items() if text)
    yield from _intent(value(exchange.intent_json))


def _call(request: Mapping[str, Json]) -> str:
    """All attempts and redirects of one call of the client share its id."""
    attempt, call = text_of(request, "attempt"), text_of(request, "call_id")
    return ", ".join(filter(None, (call, f"attempt {attempt}" if attempt else "")))


def _intent(intent: Json) -> Iterator[Text]:
    if isinstance(intent, dict):
        reasons = [f"{name} = {compact(intent[name])}" for name in intent]
    else:
        reasons = [] if intent is None else [compact(intent)]
    for number, reason in enumerate(reasons):
        yield labelled("" if number else "intent", reason)


def _heading(title: str) -> Iterator[Text]:
    yield Text()
    yield Text(title.upper(), "bold magenta")


def _plain(document: Json) -> Iterator[Text]:
    if document is None:
        yield Text("(none was stored)", "dim")
        return
    yield from json_lines(untold(document) if isinstance(document, dict) else document)


def _removals(part: str, document: Json) -> Iterator[_Removal]:
    listed = document.get("redactions") if isinstance(document, dict) else None
    for entry in listed if isinstance(listed, list) else []:
        if isinstance(entry, dict):
            yield part, text_of(entry, "path"), text_of(entry, "rule")


def _removal_lines(removals: list[_Removal]) -> Iterator[Text]:
    rows = [(part, where_of(paths), rule) for (part, _, rule), paths in alike(removals).items()]
    width = max(len(where) for _, where, _ in rows)
    for part, where, rule in rows:
        yield Text.assemble(
            "  ", (part.ljust(8), "dim"), "  ", marked(where.ljust(width)), "  ", marked(rule)
        )
