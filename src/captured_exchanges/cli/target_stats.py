"""How a running connector stands, as an observer is told: at its open, and by the first heartbeat.

The observer starts beyond the last sequence there can be, so that no exchange is sent to it: then the
connector is silent towards it for one heartbeat interval (5 s by default), and says how full it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress

from rich.text import Text

from captured_exchanges.cli.counters import counter_lines, counter_record
from captured_exchanges.cli.output import Output
from captured_exchanges.cli.painting import labelled, marked
from captured_exchanges.cli.printable import one_line
from captured_exchanges.errors import ConsumerStopped
from captured_exchanges.exchange import MAX_SEQUENCE, Opened, ServerHeartbeat
from captured_exchanges.security import Access
from captured_exchanges.syncer import observe

__all__ = ["print_target"]


def print_target(output: Output, target: str, wait: float, access: Access | None = None) -> None:
    """Print what the connector at `target` says of itself, waiting for its counters so many seconds.

    Raises CapturedExchangesError where it cannot be reached or will not answer.
    """
    opened, heartbeat = asyncio.run(_ask(output, target, wait, access))
    if heartbeat is None:
        output.note(f"no heartbeat came within {wait:g} s: retained, pending and counters are unknown")
    if output.json:
        output.record({"target": target, **_opened_record(opened), **_heartbeat_record(heartbeat)})
        return
    for line in _lines(target, opened, heartbeat):
        output.line(line)


async def _ask(
    output: Output, target: str, wait: float, access: Access | None
) -> tuple[Opened, ServerHeartbeat | None]:
    opened: Opened | None = None
    with suppress(TimeoutError):
        async with asyncio.timeout(None) as bound:
            async for response in observe(target, follow=True, from_sequence=MAX_SEQUENCE, access=access):
                if isinstance(response, Opened):
                    opened = response
                    bound.reschedule(asyncio.get_running_loop().time() + wait)
                    _say_why_it_takes_time(output, opened, wait)
                elif isinstance(response, ServerHeartbeat) and opened is not None:
                    return opened, response
    if opened is not None:
        return opened, None
    raise ConsumerStopped(
        f"{target}: the stream ended before the connector had said how it stands: try again"
    )


def _say_why_it_takes_time(output: Output, opened: Opened, wait: float) -> None:
    if wait:
        interval = opened.heartbeat_interval
        output.note(
            f"counters come with the next heartbeat, in about {interval:g} s (waiting {wait:g} s at most)"
        )


def _opened_record(opened: Opened) -> dict[str, object]:
    policy = opened.redaction_policy
    return {
        "connector": {"name": opened.connector.name, "version": opened.connector.version},
        "epoch": opened.epoch,
        "oldest_sequence": opened.oldest_sequence,
        "next_sequence": opened.next_sequence,
        "acked_through": opened.acked_through,
        "policy": {"name": policy.name, "version": policy.version, "hash": policy.hash},
    }


def _heartbeat_record(heartbeat: ServerHeartbeat | None) -> dict[str, object]:
    if heartbeat is None:
        return dict.fromkeys(("retained_exchanges", "retained_bytes", "pending", "counters"))
    return {
        "retained_exchanges": heartbeat.retained_exchanges,
        "retained_bytes": heartbeat.retained_bytes,
        "pending": heartbeat.pending,
        "counters": [counter_record(counters) for counters in heartbeat.counters],
    }


def _lines(target: str, opened: Opened, heartbeat: ServerHeartbeat | None) -> Iterator[Text]:
    who, policy = opened.connector, opened.redaction_policy
    yield marked(target, "bold")
    yield labelled("connector", _joined(who.name, who.version) or "(unnamed)")
    yield labelled("epoch", opened.epoch)
    yield labelled("sequences", f"{opened.oldest_sequence}…{opened.next_sequence - 1}")
    yield labelled("acked", f"through {opened.acked_through}")
    yield labelled("policy", _joined(policy.name, policy.version, policy.hash) or "(unnamed)")
    if heartbeat is None:
        return
    yield labelled("retained", f"{heartbeat.retained_exchanges} exchanges, {heartbeat.retained_bytes} bytes")
    yield labelled("pending", f"{heartbeat.pending} started and unfinished")
    if heartbeat.counters:
        yield Text()
        yield from counter_lines(heartbeat.counters)


def _joined(*parts: str) -> str:
    return " ".join(filter(None, map(one_line, parts)))
