"""A syncer that dies at the worst moments, named and not by luck, stores every exchange exactly once."""

import asyncio
import os
import random
import signal
from collections import Counter

import pytest

from captured_exchanges.exchange import RedactedExchange
from captured_exchanges.wire import encode_exchange
from support.both_servers import SERVERS, serving
from support.counted_rows import stored_ids, writes_of
from support.failpoint_syncer import live
from support.failpoints import PLACES

SOAK = bool(os.environ.get("SOAK"))
RUNS = 100 if SOAK else 10
"""Of each failpoint and style of consumer: 60 in all, or 600."""
HITS = 5
"""At the most: each place is reached that often before the first life could come to its end."""


@pytest.mark.timeout(3000 if SOAK else 300)
@pytest.mark.parametrize("style", ["asyncio", "threads"])
@pytest.mark.parametrize("place", PLACES)
async def test_death_at_a_failpoint_costs_nothing(tmp_path, place, style):
    """Killed there, started again, drained: each exchange is in the file once, in order, and no row was
    ever written twice. Half of the runs are against each style of server, each server one connector.
    """
    lanes = [
        lane(tmp_path, place, style, server, seeds) for server, seeds in zip(SERVERS, halves(), strict=True)
    ]
    await asyncio.gather(*lanes)


def halves():
    """The seeds of the two lanes."""
    return range(0, RUNS, 2), range(1, RUNS, 2)


async def lane(folder, place, style, kind, seeds):
    """Runs one after another through one connector, each a sync of its own into a file of its own."""
    async with serving(SERVERS[kind]) as connector:
        for seed in seeds:
            await Run(connector, folder, place, style, seed).check()


class Run:
    """One sync: captured, begun, killed, captured on, begun again, drained."""

    def __init__(self, connector, folder, place, style, seed):
        self._rng = random.Random(f"{place} {style} {seed}")
        self._connector = connector
        self._place = place
        self._style = style
        self._sync = f"{style}-{place}-{seed}"
        self._path = folder / f"{self._sync}.{self._rng.choice(('c1z', 'db'))}"
        self._captured = []

    async def check(self):
        self._capture(self._rng.randint(80, 120))
        hit = self._rng.randint(1, HITS)
        first = await self._live(place=self._place, hit=hit)
        assert first == (-signal.SIGKILL, None), f"{self._sync} did not die at hit {hit}"
        assert self._connector.buffer.facts().retained_exchanges > 0, "it died too late to matter"
        self._capture(self._rng.randint(0, 20))
        code, report = await self._live()
        assert code == 0
        assert (report["consistent"], report["error"], report["gaps"]) == (True, "", {}), report
        assert (report["foreign"], report["unknown_losses"]) == (0, 0), report
        assert stored_ids(self._path, self._sync) == self._captured
        assert writes_of(self._path) == Counter((name, "insert") for name in self._captured)

    def _capture(self, count):
        for _ in range(count):
            name = f"req-{self._sync}-{len(self._captured):04d}"
            body = b'{"status":200,"body":"' + b"x" * self._rng.randrange(900) + b'"}'
            exchange = RedactedExchange(name, self._sync, "http", b'{"kind":"http"}', body, None, 0)
            self._connector.buffer.accept(encode_exchange(exchange))
            self._captured.append(name)

    async def _live(self, **death):
        return await live(self._style, self._connector, self._path, self._sync, **death)
