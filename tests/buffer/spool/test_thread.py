import gc
import os
import threading

import psutil

from captured_exchanges.buffer import CaptureBuffer, SpoolOptions
from captured_exchanges.buffer.spool.thread import SpoolThread
from captured_exchanges.exchange import Entry
from support.buffer_exchanges import encoded
from support.threaded_calls import until

EVERYTHING = {"max_exchanges": 10**6, "max_bytes": 10**12}


class Counting:
    """Work that counts, and fails when it is told to."""

    def __init__(self) -> None:
        self.rounds = self.closed = 0
        self.failing = False

    def round(self) -> float | None:
        self.rounds += 1
        if self.failing:
            raise RuntimeError
        return None

    def close(self) -> None:
        self.closed += 1


def spooling() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == "exchange-spool"]


def test_no_thread_before_there_is_work():
    """A buffer that never fills up has none, and no files."""
    before = spooling()
    buffer = CaptureBuffer(spool=SpoolOptions())
    buffer.accept(encoded())
    assert spooling() == before
    buffer.close()


def test_a_poke_brings_a_round():
    """Whoever asks is heard, also while a round is in progress."""
    work = Counting()
    thread = SpoolThread(work, lambda _name: None)
    for expected in range(1, 4):
        thread.poke()
        until(lambda expected=expected: work.rounds >= expected)
    thread.close()
    assert work.closed == 1


def test_a_fault_of_ours_is_told_and_the_thread_lives():
    """The next round may go well."""
    work, faults = Counting(), []
    work.failing = True
    thread = SpoolThread(work, faults.append)
    thread.poke()
    until(lambda: faults)
    work.failing = False
    thread.poke()
    until(lambda: work.rounds >= 2)
    thread.close()
    assert faults == ["spool.fault"]


def test_closing_twice_ends_once():
    """Repeats are harmless, started or not; no work is taken afterwards."""
    for started in (True, False):
        work = Counting()
        thread = SpoolThread(work, lambda _name: None)
        if started:
            thread.poke()
        thread.close()
        thread.close()
        thread.poke()
        assert work.closed == 1


def test_a_real_thread_spools_and_brings_back():
    """Captured from several threads at once, all of it is read in order, and no descriptor is left."""
    gc.collect()
    files = psutil.Process(os.getpid()).num_fds()
    buffer = CaptureBuffer(max_bytes=200_000, spool=SpoolOptions())
    woken = threading.Event()
    buffer.subscribe(woken.set)
    capturing = [
        threading.Thread(target=lambda: [buffer.accept(encoded(1_000)) for _ in range(500)]) for _ in range(4)
    ]
    for each in capturing:
        each.start()
    after, read = 0, 0
    while after < 2_000:
        woken.clear()
        items = buffer.read(after, max_exchanges=100, max_bytes=10**9)
        for each in items:
            read += isinstance(each, Entry)
            after = each.sequence if isinstance(each, Entry) else each.last_sequence
        buffer.release(after)
        assert items or woken.wait(10)
    assert read == 2_000 - sum(d.count for c in buffer.counters() for d in c.dropped)
    assert read >= 200
    buffer.close()
    assert psutil.Process(os.getpid()).num_fds() <= files
    for each in capturing:
        each.join(10)


def test_a_forgotten_buffer_ends_its_thread():
    """Nobody need close it."""
    before = len(spooling())
    buffer = CaptureBuffer(max_bytes=1_000, spool=SpoolOptions())
    for _ in range(9):
        buffer.accept(encoded())
    until(lambda: len(spooling()) == before + 1)
    del buffer
    gc.collect()
    until(lambda: len(spooling()) == before)
