"""`exchanges merge`: exchanges that were consumed beside a sync, into the file that the sync has written."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import click
from rich.text import Text

from captured_exchanges.cli.examples import examples
from captured_exchanges.cli.options import form_option, max_unpacked_option
from captured_exchanges.cli.output import Form, Output
from captured_exchanges.cli.painting import labelled, marked
from captured_exchanges.cli.printable import one_line
from captured_exchanges.errors import StoreError
from captured_exchanges.store import Merged, Store, merge, open_sidecar, open_store

__all__ = ["command"]

_MOST_NAMED = 5
_FILE = click.Path(path_type=Path, readable=False)


@click.command(
    "merge",
    short_help="Merge exchanges from sidecars into a sync's file.",
    options_metavar="--into FILE [OPTIONS]",
    epilog=examples(
        "exchanges merge sync.db --into sync.c1z",
        "exchanges merge okta.db github.db --into sync.c1z",
        "exchanges merge sync.db --into sync.c1z && rm sync.db",
    ),
)
@click.argument("sidecars", metavar="SIDECAR...", type=_FILE, nargs=-1, required=True)
@click.option(
    "--into", metavar="FILE", type=_FILE, required=True, help="The file that the sync has written (.c1z)."
)
@form_option
@max_unpacked_option
def command(*, sidecars: Sequence[Path], into: Path, form: Form | None, max_unpacked: int) -> None:
    """Merge what each SIDECAR (.db, .sqlite or .c1z) holds into FILE, once the sync has ended.

    Exchanges, ledger of gaps, quarantine and watermarks go in, all of them or nothing; FILE's objects are
    not touched. Where both have an exchange, the one stored later stays. Merging again changes nothing,
    and a SIDECAR is left as it is. It is saved when the command ends: exit code 0.

    A JSON record for each SIDECAR has the fields sidecar, file, exchanges (how many it holds: added,
    replaced, present, refused), quarantined, gaps, watermarks (how many are new), unknown_syncs, saved
    (whether FILE had to change).
    """
    output = Output(form)
    sidecars = _distinct(sidecars)
    _require(into)
    with ExitStack() as stack:
        opened = [
            stack.enter_context(open_sidecar(path, into=into, max_unpacked_bytes=max_unpacked))
            for path in sidecars
        ]
        merges, saved = _merge(
            stack.enter_context(open_store(into, "rw", max_unpacked_bytes=max_unpacked)), opened
        )
    _note_unknown(output, into, merges)
    for path, merged in zip(sidecars, merges, strict=True):
        _print(output, path, into, merged, saved=saved)
    if not output.json:
        output.note("\nnext:")
        output.next_command("stats", str(into))


def _distinct(paths: Sequence[Path]) -> list[Path]:
    """Each file once, by its first name."""
    found: dict[str, Path] = {}
    for path in paths:
        found.setdefault(os.path.realpath(path), path)
    return list(found.values())


def _require(into: Path) -> None:
    if not into.exists():
        raise StoreError(f"{into}: no such file: merge after the sync has written it")


def _merge(into: Store, sidecars: Sequence[Store]) -> tuple[list[Merged], bool]:
    try:
        merges = merge(into, sidecars)
        changed = into.changed
        into.save()
    except BaseException:
        into.discard()  # the sidecars still have all of it
        raise
    return merges, changed or into.pruned > 0


def _note_unknown(output: Output, into: Path, merges: Sequence[Merged]) -> None:
    unknown = sorted({sync_id for merged in merges for sync_id in merged.unknown_syncs})
    if unknown:
        more = f" and {len(unknown) - _MOST_NAMED} more" if len(unknown) > _MOST_NAMED else ""
        names = ", ".join(map(one_line, unknown[:_MOST_NAMED])) + more
        output.note(
            f"{one_line(str(into))} knows no sync {names}: a later save may take its exchanges away; "
            "is it the right file?"
        )


def _print(output: Output, sidecar: Path, into: Path, merged: Merged, *, saved: bool) -> None:
    if output.json:
        output.record(_record(sidecar, into, merged, saved=saved))
        return
    for line in _lines(sidecar, into, merged, saved=saved):
        output.line(line)


def _record(sidecar: Path, into: Path, merged: Merged, *, saved: bool) -> dict[str, object]:
    return {
        "sidecar": str(sidecar),
        "file": str(into),
        "exchanges": merged.exchanges,
        "added": merged.added,
        "replaced": merged.replaced,
        "present": merged.present,
        "refused": merged.refused,
        "quarantined": merged.quarantined,
        "gaps": merged.gaps,
        "watermarks": merged.watermarks,
        "unknown_syncs": list(merged.unknown_syncs),
        "saved": saved,
    }


def _lines(sidecar: Path, into: Path, merged: Merged, *, saved: bool) -> Iterator[Text]:
    yield marked(f"{sidecar} → {into}", "bold")
    yield labelled("exchanges", _exchanges(merged))
    yield labelled("gaps", f"{merged.gaps} new in the ledger")
    if merged.quarantined:
        yield labelled("refused", f"{merged.quarantined} new in the quarantine")
    yield labelled("epochs", f"{merged.watermarks} new or further on")
    yield labelled("saved", "yes" if saved else "nothing had to change")


def _exchanges(merged: Merged) -> str:
    fates = {
        "added": merged.added,
        "replaced an older one": merged.replaced,
        "there already": merged.present,
        "refused": merged.refused,
    }
    return ", ".join(f"{count} {fate}" for fate, count in fates.items() if count) or "none"
