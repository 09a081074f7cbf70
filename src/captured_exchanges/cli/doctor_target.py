"""A running connector as `exchanges doctor` sees it: an observer, who releases nothing and slows nobody.

First what listens there (`doctor_listener`), then what its stream says: how does its buffer stand, what was
lost. Who owns is not told to observers; whether anybody does shows in acks that move.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from captured_exchanges.cli.doctor_listener import Tell, examine_listener, tell_all
from captured_exchanges.cli.doctor_losses import losses
from captured_exchanges.cli.finding import Finding, note, ok, problem, warning
from captured_exchanges.errors import CapturedExchangesError, ConsumerStopped
from captured_exchanges.exchange import MAX_SEQUENCE, PROTOCOL_VERSION, Opened, ServerHeartbeat
from captured_exchanges.handoff import Status
from captured_exchanges.security import Access
from captured_exchanges.syncer import observe

__all__ = ["examine_target"]

_ENOUGH = 2
"""Heartbeats: what moves between two of them is alive."""


async def examine_target(target: str, access: Access | None, wait: float, tell: Tell) -> None:
    """Tell every finding about the connector at an address, watching it for at most so many seconds."""
    if await examine_listener(target, access, tell):
        await _Watch(tell).run(target, access, wait)


@dataclass(slots=True)
class _Watch:
    """One observer's stream, which asks for no exchanges: see `target_stats`."""

    tell: Tell
    opened: Opened | None = None
    heartbeats: list[ServerHeartbeat] = field(default_factory=list)

    async def run(self, target: str, access: Access | None, wait: float) -> None:
        """Watch for at most so many seconds, and tell what that shows."""
        try:
            await self._watch(target, access, wait)
        except ConsumerStopped as error:
            self.tell(_stopped(error))
        except CapturedExchangesError as error:
            self.tell(problem("stream", str(error)))
        if self.opened is not None:
            tell_all(self.tell, _standing(self.opened, self.heartbeats, wait))

    async def _watch(self, target: str, access: Access | None, wait: float) -> None:
        """Until there is enough to compare, or the time is over; tell at once what the open says."""
        look = observe(target, follow=True, from_sequence=MAX_SEQUENCE, access=access)
        with suppress(TimeoutError):
            async with asyncio.timeout(None) as bound:
                async for response in look:
                    if isinstance(response, Opened):
                        self.opened = response
                        bound.reschedule(asyncio.get_running_loop().time() + wait)
                        tell_all(self.tell, _opened(response))
                    elif isinstance(response, ServerHeartbeat) and self._enough(response):
                        return

    def _enough(self, heartbeat: ServerHeartbeat) -> bool:
        self.heartbeats.append(heartbeat)
        return len(self.heartbeats) >= _ENOUGH or not (heartbeat.pending or heartbeat.retained_exchanges)


def _stopped(error: ConsumerStopped) -> Finding:
    if error.code == Status.UNIMPLEMENTED:
        return problem(
            "stream",
            "the server has no StreamCapturedExchanges: a connector without provenance",
            'give it an ExchangeProducer (README, "In the connector"), or sync without exchanges',
        )
    return problem("stream", str(error))


def _opened(opened: Opened) -> Iterator[Finding]:
    if opened.protocol_version == PROTOCOL_VERSION:
        yield ok("stream", f"StreamCapturedExchanges, protocol version {opened.protocol_version}")
    else:
        yield warning(
            "stream",
            f"it speaks protocol version {opened.protocol_version}, this program {PROTOCOL_VERSION}",
            "update the older of the two",
        )
    who = f"{opened.connector.name} {opened.connector.version}".strip()
    yield ok("connector", who) if who else note("connector", "it gives no name")
    yield ok(
        "epoch",
        f"{opened.epoch}: sequences through {opened.next_sequence - 1}, acked through {opened.acked_through}",
    )
    policy = opened.redaction_policy
    if policy.hash:
        yield ok("policy", f"{policy.name or '(unnamed)'} {policy.version}, hash {policy.hash}")
    else:
        yield warning(
            "policy",
            "it does not say by which policy it redacts",
            "update the connector: what its exchanges may hold is unknown",
        )


def _standing(opened: Opened, heartbeats: list[ServerHeartbeat], wait: float) -> Iterator[Finding]:
    if not heartbeats:
        yield _silence(opened.heartbeat_interval, wait)
        return
    last = heartbeats[-1]
    yield ok("buffer", f"{last.retained_exchanges:,} exchanges, {last.retained_bytes:,} bytes retained")
    yield _owner(opened, heartbeats)
    yield from _pending(heartbeats)
    dropped: dict[str, int] = {}
    for entry in (entry for account in last.counters for entry in account.dropped):
        dropped[entry.reason] = dropped.get(entry.reason, 0) + entry.count
    yield from losses(dropped, "dropped")
    abandoned = sum(account.abandoned for account in last.counters)
    if abandoned:
        yield note(
            "abandoned", f"{abandoned:,} calls were still unfinished when a drain gave up waiting for them"
        )


def _silence(interval: float, wait: float) -> Finding:
    if wait <= interval:
        return note(
            "buffer",
            f"not watched: heartbeats come every {interval:g} s",
            f"give --wait more than {interval:g}",
        )
    return warning(
        "buffer",
        f"no heartbeat came within {wait:g} s, where one is due every {interval:g} s",
        "the connector is stuck, or this machine overloaded: look at its log, try again",
    )


def _owner(opened: Opened, heartbeats: list[ServerHeartbeat]) -> Finding:
    last = heartbeats[-1]
    if last.acked_through > opened.acked_through:
        return ok("owner", f"one is at work: acks moved from {opened.acked_through} to {last.acked_through}")
    if not last.retained_exchanges:
        return ok("owner", "nothing waits for one: all that was captured is committed, or dropped")
    return warning(
        "owner",
        f"{last.retained_exchanges:,} exchanges wait, and none was acked while we watched",
        "see whether a consumer runs (a connector does not tell observers who owns it); "
        "`exchanges consume` becomes owner where nobody is",
    )


def _pending(heartbeats: list[ServerHeartbeat]) -> Iterator[Finding]:
    least = min(heartbeat.pending for heartbeat in heartbeats)
    if least and len(heartbeats) >= _ENOUGH:
        yield warning(
            "pending",
            f"there were never fewer than {least:,} calls unfinished",
            "a drain waits for them, then gives up: look for calls without a timeout and unread streams",
        )
    else:
        yield ok("pending", f"{heartbeats[-1].pending:,} calls started and unfinished")
