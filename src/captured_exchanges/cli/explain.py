"""`exchanges explain`: an object, and the exchanges that built it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from rich.text import Text

from captured_exchanges.cli.candidates import complete_object
from captured_exchanges.cli.document import record
from captured_exchanges.cli.examples import examples
from captured_exchanges.cli.exchange_view import view
from captured_exchanges.cli.options import (
    UTF8,
    file_argument,
    form_option,
    max_unpacked_option,
    open_to_read,
    sync_id_option,
)
from captured_exchanges.cli.output import Form, Output
from captured_exchanges.cli.painting import labelled, marked
from captured_exchanges.cli.table import ExchangeTable
from captured_exchanges.exchange import StoredExchange
from captured_exchanges.provenance import Explanation, explain

__all__ = ["command"]

_DANGLING = "dangling: no such exchange in this file"


@click.command(
    "explain",
    short_help="Show which exchanges built an object.",
    epilog=examples(
        "exchanges explain sync.c1z user:alice",
        "exchanges explain sync.c1z group:admins:member --bodies",
        "exchanges explain sync.c1z user:alice | jq -r '.exchanges[].request.url'",
    ),
)
@file_argument
@click.argument("object_id", metavar="OBJECT", type=UTF8, shell_complete=complete_object)
@sync_id_option
@click.option("--bodies", is_flag=True, help="Show each exchange in full (JSON always holds them).")
@form_option
@max_unpacked_option
def command(
    *, file: Path, object_id: str, sync_id: str | None, bodies: bool, form: Form | None, max_unpacked: int
) -> None:
    """Show which exchanges of FILE built OBJECT: type:id, an entitlement's id or a grant's id.

    Where several syncs in FILE hold the object, each is explained, the newest first. Request ids that
    the object names and FILE does not hold are told as dangling; that is no error. A JSON record has the
    fields kind, object_id, display_name, sync_id, request_ids, exchanges (as `exchanges list` prints
    them), dangling, from_other_syncs.
    """
    output = Output(form)
    with open_to_read(file, max_unpacked) as store:
        explanations = explain(store, object_id, sync_id=sync_id)
    for number, explanation in enumerate(explanations):
        if output.json:
            output.record(_record(explanation))
            continue
        if number:
            output.line()
        for line in _lines(explanation, output.width, bodies=bodies):
            output.line(line)
    _suggest(output, file, explanations, bodies=bodies)


def _record(explanation: Explanation) -> dict[str, object]:
    return {
        "kind": explanation.kind,
        "object_id": explanation.object_id,
        "display_name": explanation.display_name,
        "sync_id": explanation.sync_id,
        "request_ids": list(explanation.request_ids),
        "exchanges": [_exchange_record(exchange) for exchange in explanation.exchanges],
        "dangling": list(explanation.dangling),
        "from_other_syncs": list(explanation.from_other_syncs),
    }


def _exchange_record(row: StoredExchange) -> dict[str, object]:
    return {"id": row.id, "discovered_at": row.discovered_at, **record(row)}


def _lines(explanation: Explanation, width: int, *, bodies: bool) -> Iterator[Text]:
    yield marked(explanation.object_id, "bold")
    yield labelled("kind", explanation.kind.replace("_", " "))
    if explanation.display_name:
        yield labelled("name", explanation.display_name)
    yield labelled("sync", explanation.sync_id)
    yield labelled("built by", _verdict(explanation))
    if not explanation.request_ids:
        return
    yield Text()
    yield from _bodies(explanation) if bodies else _table(explanation, width)


def _verdict(explanation: Explanation) -> Text:
    """One sentence: how many exchanges, and what of the annotations leads nowhere."""
    if not explanation.request_ids:
        return Text("unknown: it carries no request ids (it was synced without capture)", "yellow")
    stored, dangling = len(explanation.exchanges), len(explanation.dangling)
    sentence = Text(
        f"{stored} exchange{'' if stored == 1 else 's'}" if stored else "no exchange in this file"
    )
    sentence.stylize("green" if stored else "yellow")
    if dangling:
        ids = "request id dangles" if dangling == 1 else "request ids dangle"
        sentence.append(f"; {dangling} {ids}", "yellow")
    return sentence


def _table(explanation: Explanation, width: int) -> Iterator[Text]:
    table = ExchangeTable.fitting(width, explanation.exchanges, *explanation.dangling)
    yield table.header()
    for request_id, exchange in _in_order(explanation):
        if exchange is None:
            yield table.remark(request_id, _DANGLING)
            continue
        yield table.row(exchange)
        if request_id in explanation.from_other_syncs:
            yield labelled("", f"stored by another sync: {exchange.sync_id}")


def _bodies(explanation: Explanation) -> Iterator[Text]:
    for number, (request_id, exchange) in enumerate(_in_order(explanation)):
        if number:
            yield Text()
        if exchange is None:
            yield Text.assemble(marked(request_id, "bold"), (f"  {_DANGLING}", "yellow"))
        else:
            yield from view(exchange)


def _in_order(explanation: Explanation) -> Iterator[tuple[str, StoredExchange | None]]:
    stored = {exchange.request_id: exchange for exchange in explanation.exchanges}
    return ((request_id, stored.get(request_id)) for request_id in explanation.request_ids)


def _suggest(output: Output, file: Path, explanations: list[Explanation], *, bodies: bool) -> None:
    first = next((exchange for found in explanations for exchange in found.exchanges), None)
    if first is not None and not bodies and not output.json:
        output.note("\nnext:")
        output.next_command("show", str(file), first.request_id)
