"""`exchanges list`: the exchanges of a file, oldest first, a page in memory at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import click
from rich.text import Text

from captured_exchanges.cli.candidates import complete_kind
from captured_exchanges.cli.document import record
from captured_exchanges.cli.examples import examples
from captured_exchanges.cli.options import (
    UTF8,
    file_argument,
    form_option,
    max_unpacked_option,
    open_to_read,
    sync_id_option,
)
from captured_exchanges.cli.output import Form, Output
from captured_exchanges.cli.printable import one_line
from captured_exchanges.cli.table import ExchangeTable
from captured_exchanges.exchange import StoredExchange
from captured_exchanges.store import ExchangeStore

__all__ = ["command"]

_PAGE = 16
"""Rows in memory at a time: an exchange may take 3 MiB."""


@click.command(
    "list",
    short_help="List the exchanges in a file.",
    epilog=examples(
        "exchanges list sync.c1z",
        "exchanges list sync.c1z --kind sql --limit 20",
        "exchanges list sync.c1z | jq -r 'select(.response.status >= 400) | .request_id'",
    ),
)
@file_argument
@sync_id_option
@click.option(
    "--kind",
    metavar="KIND",
    type=UTF8,
    shell_complete=complete_kind,
    help="Only this transport: http, sql, ldap, …",
)
@click.option("--limit", metavar="N", type=click.IntRange(min=1), help="Stop after N exchanges.")
@click.option("--after-id", metavar="ID", type=int, help="Go on after this row.")
@form_option
@max_unpacked_option
def command(
    *,
    file: Path,
    sync_id: str | None,
    kind: str | None,
    limit: int | None,
    after_id: int | None,
    form: Form | None,
    max_unpacked: int,
) -> None:
    """List the exchanges in FILE (.c1z or SQLite), oldest first.

    A JSON record has the fields id, discovered_at, request_id, sync_id, transport_kind, request,
    response, intent; the last three are JSON values, or text where the file holds invalid JSON.
    """
    output = Output(form)
    with open_to_read(file, max_unpacked) as store:
        query = _Query(store.exchanges(), sync_id, kind, after_id, limit)
        rows = islice(query.rows(), limit)
        if output.json:
            _print_records(output, rows)
        else:
            _print_table(output, query, rows, file)


@dataclass(frozen=True, slots=True)
class _Query:
    """What is wanted of a store."""

    exchanges: ExchangeStore
    sync_id: str | None
    kind: str | None
    after_id: int | None
    limit: int | None

    def rows(self) -> Iterator[StoredExchange]:
        """All of it, page by page."""
        after_id = self.after_id
        while page := self.page(after_id, _PAGE):
            yield from page
            after_id = page[-1].id

    @property
    def narrow(self) -> bool:
        """Whether not all rows are wanted."""
        return bool(self.sync_id or self.kind or self.after_id is not None)

    def options(self) -> list[str]:
        """The command line's options that say the same."""
        given = {"--sync-id": self.sync_id, "--kind": self.kind, "--limit": self.limit}
        return [str(word) for pair in given.items() if pair[1] for word in pair]

    def page(self, after_id: int | None, limit: int) -> list[StoredExchange]:
        """At most `limit` rows after a row."""
        return self.exchanges.iterate(
            after_id=after_id, limit=limit, sync_id=self.sync_id, transport_kind=self.kind
        )


def _print_records(output: Output, rows: Iterable[StoredExchange]) -> None:
    for row in rows:
        output.record({"id": row.id, "discovered_at": row.discovered_at, **record(row)})


def _print_table(output: Output, query: _Query, rows: Iterator[StoredExchange], file: Path) -> None:
    first = list(islice(rows, _PAGE))
    if not first:
        output.note(f"no exchanges{' like that' if query.narrow else ''} in {one_line(str(file))}")
        return
    table = ExchangeTable.fitting(output.width, first)
    output.line(table.header())
    last, number = first[0], 0
    for number, row in enumerate(chain(first, rows), start=1):
        if number == 1 or row.sync_id != last.sync_id:
            output.line(Text(f"sync {one_line(row.sync_id)}", "dim"))
        output.line(table.row(row))
        last = row
    output.note(f"\n{number} exchange{'' if number == 1 else 's'}; next:")
    output.next_command("show", str(file), first[0].request_id)
    if query.page(last.id, 1):
        output.next_command("list", str(file), *query.options(), "--after-id", str(last.id))
