"""What is inside a file, as `exchanges doctor` sees it: database, tables, exchanges, objects, bookkeeping."""

from __future__ import annotations

from collections.abc import Iterator

from captured_exchanges.cli.doctor_losses import losses
from captured_exchanges.cli.finding import Finding, note, ok, problem, warning
from captured_exchanges.errors import StoreError
from captured_exchanges.provenance import survey
from captured_exchanges.store import Store
from captured_exchanges.store.checkup import (
    TableState,
    damage,
    documents,
    gap_reasons,
    programs,
    quarantine_reasons,
    tables,
    unknown_syncs,
)

__all__ = ["examine_contents"]

_MOST_EPOCHS = 10_000
_MOST_NAMED = 5


def examine_contents(store: Store) -> Iterator[Finding]:
    """Every finding about an open store; a question that the file will not answer is a problem itself."""
    for check, questions in _QUESTIONS.items():
        try:
            for ask in questions:
                yield from ask(store)
        except StoreError as error:
            yield problem(check, str(error))


def _integrity(store: Store) -> Iterator[Finding]:
    found = damage(store)
    for said in found:
        yield problem("integrity", f"SQLite's quick check: {said}", "restore the file from a copy")
    if not found:
        yield ok("integrity", "SQLite's quick check finds nothing")


def _schema(store: Store) -> Iterator[Finding]:
    states = tables(store)
    for state in states:
        yield from _table(state)
    foreign = programs(store)
    if foreign:
        yield warning(
            "schema",
            f"the file has {_named(foreign)}: baton makes none, and nothing here lets them act",
            "ask where the file comes from",
        )
    if all(state.state in {"plain", "absent"} for state in states) and not foreign:
        yield ok("schema", "tables are as they should be, and nothing acts on them")


def _table(state: TableState) -> Iterator[Finding]:
    if state.state == "not read":
        yield problem(
            "schema", state.why, "nothing is read from it or written to it: ask where the file comes from"
        )
    elif state.state == "not written":
        yield problem("schema", state.why)
    elif state.state == "no index":
        yield note(
            "schema", f"{state.name} has no unique index: look-ups read it whole", "the next write makes it"
        )


def _exchanges(store: Store) -> Iterator[Finding]:
    found = documents(store)
    if not found.exchanges:
        yield note(
            "exchanges",
            "none: synced without capture, or consumed into a sidecar that is not merged yet",
            f"exchanges merge SIDECAR --into {store.path}",
        )
        return
    yield ok("exchanges", f"{found.exchanges:,}")
    if found.unparsable:
        yield warning(
            "exchanges",
            f"{found.unparsable:,} have a document that is not JSON, such as {_named(found.examples)}",
            "they show as text; whoever wrote them should write JSON",
        )
    if found.incomplete:
        yield warning(
            "exchanges",
            f"{found.incomplete:,} lack a request or a request id",
            "no object leads to them; whoever wrote them should give both",
        )
    if found.not_bytes:
        yield note(
            "exchanges", f"{found.not_bytes:,} hold a document as text, not as bytes: read all the same"
        )


def _syncs(store: Store) -> Iterator[Finding]:
    unknown = unknown_syncs(store)
    if unknown:
        yield warning(
            "syncs",
            f"{sum(unknown.values()):,} exchanges are of syncs that the file itself does not know: "
            f"{_named(unknown)}",
            "the next save takes them away; copy the file first if they are wanted",
        )


def _annotations(store: Store) -> Iterator[Finding]:
    found = survey(store)
    if found.unreadable:
        yield warning(
            "objects",
            f"{found.unreadable:,} of {found.objects:,} cannot be read",
            "sync again: their rows are damaged, or not of baton's making",
        )
    if found.dangling:
        yield warning(
            "objects",
            f"{found.dangling:,} of {found.annotated:,} annotated objects name exchanges that are not here "
            f"({found.lost:,} lead to none at all), such as {_named(found.examples)}",
            "if they were consumed into a sidecar, merge it; else see what the gaps below tell",
        )
    elif found.annotated:
        yield ok("objects", f"{found.objects:,}, of which {found.annotated:,} lead to their exchanges")
    elif found.objects:
        yield note("objects", f"{found.objects:,}, none of them annotated: synced without capture")


def _epochs(store: Store) -> Iterator[Finding]:
    marks = store.exchanges().watermarks(limit=_MOST_EPOCHS)
    undrained = [mark for mark in marks if not mark.drained]
    for mark in undrained[:_MOST_NAMED]:
        yield warning(
            "epochs",
            f"{mark.epoch} of {mark.connector or 'an unnamed connector'} is not drained: what came after "
            f"sequence {mark.through_sequence} is unknown",
            "if that connector still runs, consume into this file again and drain",
        )
    if len(undrained) > _MOST_NAMED:
        yield warning(
            "epochs", f"{len(undrained) - _MOST_NAMED:,} more are not drained", "exchanges stats lists them"
        )
    if marks and not undrained:
        yield ok("epochs", f"{len(marks):,}, all drained and attested")


def _gaps(store: Store) -> Iterator[Finding]:
    yield from losses(gap_reasons(store))


def _quarantine(store: Store) -> Iterator[Finding]:
    for reason, count in sorted(quarantine_reasons(store).items()):
        yield warning(
            "quarantine",
            f"{count:,} exchanges could not be stored: {reason}",
            "they are kept in v1_exchange_quarantine; report it to who wrote the connector",
        )


_QUESTIONS = {
    "integrity": (_integrity,),
    "schema": (_schema,),
    "exchanges": (_exchanges, _syncs),
    "objects": (_annotations,),
    "epochs": (_epochs,),
    "gaps": (_gaps,),
    "quarantine": (_quarantine,),
}
"""In the order in which they are asked; under the name by which a refusal to answer is told."""


def _named(names: object) -> str:
    """At most a few names."""
    listed = [str(name) for name in names] if isinstance(names, (list, tuple, dict)) else []
    more = f" and {len(listed) - _MOST_NAMED} more" if len(listed) > _MOST_NAMED else ""
    return ", ".join(listed[:_MOST_NAMED]) + more
