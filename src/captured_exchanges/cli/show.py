"""`exchanges show`: one exchange in full."""

from __future__ import annotations

from pathlib import Path

import click

from captured_exchanges.cli.candidates import complete_request_id
from captured_exchanges.cli.document import record
from captured_exchanges.cli.examples import examples
from captured_exchanges.cli.exchange_view import view
from captured_exchanges.cli.options import UTF8, file_argument, form_option, max_unpacked_option, open_to_read
from captured_exchanges.cli.output import Form, Output
from captured_exchanges.errors import CapturedExchangesError

__all__ = ["command"]


@click.command(
    "show",
    short_help="Show one exchange: request, response, what was redacted.",
    epilog=examples(
        "exchanges show sync.c1z 0199c1e2-7d80-7a3c-9f10-3f2f8f7f6a51",
        "exchanges show sync.c1z req-000004 --json | jq .response.body.value",
    ),
)
@file_argument
@click.argument("request_id", type=UTF8, shell_complete=complete_request_id)
@form_option
@max_unpacked_option
def command(*, file: Path, request_id: str, form: Form | None, max_unpacked: int) -> None:
    """Show the exchange REQUEST_ID of FILE in full; the newest, where several syncs have it.

    What was removed at capture shows as [REDACTED:…] and is listed at the end with the rule that
    removed it. The JSON record has the fields that `exchanges list` prints.
    """
    output = Output(form)
    with open_to_read(file, max_unpacked) as store:
        row = store.exchanges().get_exchange(request_id)
    if row is None:
        raise CapturedExchangesError(
            f"{file}: no exchange has the request id {request_id!r}; `exchanges list` shows those there are"
        )
    if output.json:
        output.record({"id": row.id, "discovered_at": row.discovered_at, **record(row)})
        return
    for line in view(row):
        output.line(line)
