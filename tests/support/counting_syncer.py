"""A syncer process that counts, below the upsert, what is done to the exchange table.

`python -m support.counting_syncer TARGET STORE SYNC [STYLE]`: consumes until its stdin says `drain`, then
drains, saves, and prints the report as JSON. Killed before that it leaves whatever a killed syncer leaves.

Every insert and every update of a row of v1_exchanges is written down by a trigger, in the transaction
that did it: a table of the test's own in the same file. The trigger is temporary, so it is this
connection's alone; the store's authorizer, which refuses triggers, is lifted here and nowhere else.
"""

from __future__ import annotations

import asyncio
import json
import sys

from captured_exchanges.exchange import RedactedExchange
from captured_exchanges.store import Store, open_store
from captured_exchanges.syncer import ConsumerReport
from support.consumers import STYLES

FIRST = RedactedExchange("the-first-row", "elsewhere", "http", b"{}", None, None, 0)


def main() -> None:
    """Consume until told to drain."""
    target, path, sync_id, *style = sys.argv[1:]
    with open_store(path, "rw") as store:
        count_writes(store)
        asyncio.run(_consume(target, store, sync_id, *style))


async def _consume(target: str, store: Store, sync_id: str, style: str = "asyncio") -> None:
    async with STYLES[style](target, store, sync_id=sync_id) as consumer:
        await asyncio.to_thread(sys.stdin.readline)
        report = await consumer.drain()
    print_report(report)


def print_report(report: ConsumerReport) -> None:
    """What a test wants to know of it, on stdout."""
    said = {
        "consistent": report.consistent,
        "findings": report.findings,
        "error": str(report.error or ""),
        "gaps": dict(report.gaps),
        "committed": report.committed,
        "foreign": report.foreign,
        "unknown_losses": report.unknown_losses,
    }
    print(json.dumps(said), flush=True)  # noqa: T201


def count_writes(store: Store) -> None:
    """Let every insert and update be written down from now on."""
    store.exchanges().put_exchanges([FIRST])  # makes the table, on which the triggers lie
    with store.transaction() as connection:
        connection.set_authorizer(None)
        connection.execute("create table if not exists writes_seen (request_id text, operation text)")
        for operation in ("insert", "update"):
            connection.execute(
                f"create temp trigger seen_{operation} after {operation} on main.v1_exchanges begin"  # noqa: S608
                f" insert into writes_seen values (new.request_id, '{operation}'); end"
            )


if __name__ == "__main__":
    main()
