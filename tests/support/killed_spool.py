"""A process that captures into a durable spool and consumes from it, until it is killed.

`python -m support.killed_spool FOLDER DIARY LIFE SEED [drain]`: what it does is written to the diary, line by
line, and outlives the process:

    A epoch sequence name   accepted; sequence 0: dropped
    F count                 all of this life's first so many are flushed
    R epoch sequence name   committed by the consumer, which acks it then, or dies before
    G epoch first last reason count
    C captured acked retained dropped   the account of all syncs, at the end of a drain

The diary is also the consumer's store: it resumes after the last line of the epoch. With `drain` it captures
nothing, and ends when all is consumed.
"""

from __future__ import annotations

import os
import random
import sys
import threading
import time
from pathlib import Path

from captured_exchanges.buffer import CaptureBuffer, SpoolOptions
from captured_exchanges.exchange import ENTRY_OVERHEAD, EncodedExchange, Entry, Gap
from support.buffer_account import total_lost
from support.conservation import Conservation

MAX_BYTES = 60_000
"""Small, so that most lies on the disk and some is lost."""


def main() -> None:
    """Live until killed."""
    folder, diary, life, seed, *drains = sys.argv[1:]
    chance = random.Random(int(seed))
    options = SpoolOptions(Path(folder), durable=True, max_bytes=400_000, flush_interval=0.02)
    buffer = CaptureBuffer(max_bytes=MAX_BYTES, spool=options)
    written = Diary(Path(diary))
    consumer = Consumer(buffer, written, Path(diary).read_text().splitlines(), chance)
    print("ready", flush=True)  # noqa: T201
    if drains:
        consumer.drain()
        buffer.close()
        return
    threading.Thread(target=consumer.run, daemon=True).start()
    capture(buffer, written, life, chance)


def capture(buffer: CaptureBuffer, diary: Diary, life: str, chance: random.Random) -> None:
    """Capture as fast as it goes, and ask for a flush now and then; a wrong account ends the process."""
    account = Conservation(buffer, spooled=True)
    for number in range(10**9):
        if number % 200 == 0:
            account.look()
        name, sync_id = f"{life}-{number}", f"sync-{number % 3}"
        size = chance.randrange(50, 3_000)
        sequence = buffer.accept(EncodedExchange(name, sync_id, "http", "", bytes(size - ENTRY_OVERHEAD)))
        diary.write(f"A {buffer.facts().epoch} {sequence or 0} {name}")
        if chance.random() < 0.01 and buffer.flush(1.0):
            diary.write(f"F {number + 1}")


class Diary:
    """Lines that are there once they are written, whatever comes. A kill may tear the last one: it is cut."""

    def __init__(self, path: Path) -> None:
        if path.exists():
            os.truncate(path, path.read_bytes().rfind(b"\n") + 1)
        self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def write(self, *lines: str) -> None:
        """All of them or, if the process dies, the first few."""
        os.write(self._descriptor, "".join(f"{line}\n" for line in lines).encode())


class Consumer:
    """Reads, commits to the diary, acks."""

    def __init__(self, buffer: CaptureBuffer, diary: Diary, lines: list[str], chance: random.Random) -> None:
        self._buffer = buffer
        self._diary = diary
        self._chance = chance
        self._wake = threading.Event()
        buffer.subscribe(self._wake.set)
        facts = buffer.facts()
        self._epoch = facts.epoch
        mine = [line.split() for line in lines if line[:2] in ("R ", "G ") and line.split()[1] == facts.epoch]
        self.position = max([int(words[3 if words[0] == "G" else 2]) for words in mine], default=0)
        assert self.position <= max(facts.sent_before, facts.acked_through), (self.position, facts)
        buffer.keep(None)
        buffer.release(self.position)

    def run(self) -> None:
        """For as long as the process lives."""
        while True:
            self._step()

    def drain(self) -> None:
        """Until all is consumed; the account at that moment."""
        until = time.monotonic() + 30
        while self._buffer.facts().acked_through < self._buffer.facts().next_sequence - 1:
            self._step(acks=True)
            assert time.monotonic() < until, self._buffer.facts()
        facts, counters = self._buffer.snapshot()
        captured, acked = sum(c.captured for c in counters), sum(c.acked for c in counters)
        self._diary.write(f"C {captured} {acked} {facts.retained_exchanges} {total_lost(counters)}")

    def _step(self, *, acks: bool | None = None) -> None:
        self._wake.clear()
        items = self._buffer.read(
            self.position, max_exchanges=self._chance.randrange(1, 60), max_bytes=10**6, hold=True
        )
        if not items:
            self._wake.wait(0.01)
            return
        self._diary.write(*(line(self._epoch, item) for item in items))
        last = items[-1]
        self.position = last.sequence if isinstance(last, Entry) else last.last_sequence
        if acks or self._chance.random() < 0.5:
            self._buffer.release(self.position)


def line(epoch: str, item: Entry | Gap) -> str:
    """What the diary says of it."""
    if isinstance(item, Entry):
        return f"R {epoch} {item.sequence} {item.exchange.request_id}"
    return f"G {item.epoch} {item.first_sequence} {item.last_sequence} {item.reason} {item.count}"


if __name__ == "__main__":
    main()
