"""The counters of harmless failures."""

import threading

from captured_exchanges import telemetry


def test_counts():
    """A counter starts at nothing and adds up."""
    assert "test.once" not in telemetry.counters()
    telemetry.count("test.once")
    telemetry.count("test.once", 4)
    assert telemetry.counters()["test.once"] == 5


def test_a_copy():
    """What is given out is the state of that moment; changing it changes nothing."""
    telemetry.count("test.copy")
    counters = telemetry.counters()
    telemetry.count("test.copy")
    assert counters["test.copy"] == 1
    counters.clear()
    assert telemetry.counters()["test.copy"] == 2


def test_threads():
    """Nothing is lost between threads."""
    barrier = threading.Barrier(8)

    def work():
        barrier.wait()
        for _ in range(2000):
            telemetry.count("test.threads")

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert telemetry.counters()["test.threads"] == 16_000


def test_pinned():
    """The room offers counting, and reading."""
    assert telemetry.__all__ == ["count", "counters"]
