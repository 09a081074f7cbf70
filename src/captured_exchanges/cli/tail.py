"""`exchanges tail`: watch a running connector as an observer, which changes nothing there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import click
from rich.text import Text

from captured_exchanges.cli.access_options import access_options
from captured_exchanges.cli.document import record
from captured_exchanges.cli.examples import examples
from captured_exchanges.cli.options import UTF8, form_option
from captured_exchanges.cli.output import Form, Output
from captured_exchanges.cli.printable import one_line
from captured_exchanges.cli.table import ExchangeTable
from captured_exchanges.exchange import Batch, CapturedExchange, Filter, Gap, Opened, Response
from captured_exchanges.security import Access
from captured_exchanges.syncer import observe

__all__ = ["command"]


@click.command(
    "tail",
    short_help="Watch the exchanges of a running connector.",
    epilog=examples(
        "exchanges tail unix:/run/user/1000/acme/exchanges.sock",
        "exchanges tail unix:/run/user/1000/acme/exchanges.sock --follow --kind http",
        "exchanges tail unix:/run/user/1000/acme/exchanges.sock | jq -r .request.url",
    ),
)
@click.argument("target", type=UTF8)
@click.option("--follow", "-f", is_flag=True, help="Go on with what is captured from now on, until Ctrl-C.")
@click.option(
    "--from-sequence", metavar="N", type=click.IntRange(min=0), default=0, help="Start at this sequence."
)
@click.option(
    "--kind", "kinds", metavar="KIND", type=UTF8, multiple=True, help="Only this transport (repeatable)."
)
@click.option(
    "--surface", "surfaces", metavar="NAME", type=UTF8, multiple=True, help="Only this surface (repeatable)."
)
@click.option(
    "--sync-id", "sync_ids", metavar="ID", type=UTF8, multiple=True, help="Only this sync (repeatable)."
)
@click.option("--count", metavar="N", type=click.IntRange(min=1), help="Stop after N exchanges.")
@access_options
@form_option
def command(
    *,
    target: str,
    access: Access | None,
    follow: bool,
    from_sequence: int,
    kinds: tuple[str, ...],
    surfaces: tuple[str, ...],
    sync_ids: tuple[str, ...],
    count: int | None,
    form: Form | None,
) -> None:
    """Watch the exchanges that the connector at TARGET (unix:PATH or HOST:PORT) holds, as an observer.

    Looking releases nothing and slows nobody. A JSON record has a field type: `exchange` (epoch,
    sequence, captured_at in nanoseconds since 1970, then as `exchanges list` prints them) or `gap`
    (epoch, first_sequence, last_sequence, count, bytes, reason: exchanges that will not arrive here).
    """
    chosen = Filter(transport_kinds=kinds, surfaces=surfaces, sync_ids=sync_ids)
    responses = observe(target, follow=follow, from_sequence=from_sequence, filter=chosen, access=access)
    asyncio.run(_Watch(Output(form), count).run(responses))


@dataclass(slots=True)
class _Watch:
    """What has been seen on one stream."""

    output: Output
    count: int | None
    seen: int = 0
    table: ExchangeTable = field(init=False)

    def __post_init__(self) -> None:
        self.table = ExchangeTable(self.output.width, numbered=True)

    async def run(self, responses: AsyncIterator[Response]) -> None:
        """Print until the stream ends or there is enough."""
        async for response in responses:
            self._tell(response)
            if self.seen == self.count:
                break

    def _tell(self, response: Response) -> None:
        match response:
            case Opened():
                self._opened(response)
            case Batch():
                self._batch(response)
            case Gap():
                self._gap(response)
            case _:
                pass  # heartbeats keep the stream alive, `drained` is for owners, `closing` comes as an error

    def _opened(self, opened: Opened) -> None:
        who = " ".join(filter(None, (opened.connector.name, opened.connector.version))) or "a connector"
        held = opened.next_sequence - opened.oldest_sequence
        self.output.note(f"watching {one_line(who)}, epoch {one_line(opened.epoch)}, which holds {held}")
        if not self.output.json:
            self.output.line(self.table.header())

    def _batch(self, batch: Batch) -> None:
        for captured in batch.exchanges:
            if self.seen == self.count:
                return
            self.seen += 1
            self._exchange(batch.epoch, captured)

    def _exchange(self, epoch: str, captured: CapturedExchange) -> None:
        if not self.output.json:
            self.output.line(self.table.row(captured.exchange, captured.sequence))
            return
        self.output.record(
            {
                "type": "exchange",
                "epoch": epoch,
                "sequence": captured.sequence,
                "captured_at": captured.exchange.captured_at,
                **record(captured.exchange),
            }
        )

    def _gap(self, gap: Gap) -> None:
        if not self.output.json:
            run = f"{gap.first_sequence}…{gap.last_sequence}"
            self.output.line(
                Text(f"gap {run}: {gap.count} will not arrive here ({one_line(gap.reason)})", "yellow")
            )
            return
        self.output.record(
            {
                "type": "gap",
                "epoch": gap.epoch,
                "first_sequence": gap.first_sequence,
                "last_sequence": gap.last_sequence,
                "count": gap.count,
                "bytes": gap.bytes,
                "reason": gap.reason,
            }
        )
