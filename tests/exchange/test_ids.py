"""Request ids: their form, order and uniqueness, in threads, forks and processes."""

import os
import subprocess
import sys
import threading
import time
import uuid

import pytest

from captured_exchanges.exchange import new_request_id

MANY = 20_000


def test_form():
    """A request id is a UUID of version 7 that carries the time of its making."""
    before = time.time_ns() // 1_000_000
    request_id = new_request_id()
    parsed = uuid.UUID(request_id)
    assert (str(parsed), parsed.version, parsed.variant) == (request_id, 7, uuid.RFC_4122)
    assert before <= parsed.int >> 80 <= time.time_ns() // 1_000_000 + 1000


def test_sorted():
    """Ids sort in the order in which they were made, however fast."""
    made = [new_request_id() for _ in range(MANY)]
    assert made == sorted(made)
    assert len(set(made)) == MANY


def test_threads():
    """Threads never make the same id, and each thread's ids are in order."""
    made = [[] for _ in range(4)]
    barrier = threading.Barrier(4)

    def make(into):
        barrier.wait()
        into += [new_request_id() for _ in range(MANY // 4)]

    threads = [threading.Thread(target=make, args=(into,)) for into in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(ids == sorted(ids) for ids in made)
    assert len({request_id for ids in made for request_id in ids}) == MANY


FORKING = """
import os, sys
from captured_exchanges.exchange import ids
ids._lock.acquire()  # as if another thread of the parent were making an id at that moment
child = os.fork()
if child:
    ids._lock.release()
for _ in range(2000):
    os.write(1, ids.new_request_id().encode() + b"\\n")
if child:
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_fork():
    """A forked child makes ids of its own, even where the fork met the clock's lock held."""
    run = subprocess.run(
        [sys.executable, "-c", FORKING], capture_output=True, text=True, check=True, timeout=60
    )
    made = run.stdout.split()
    assert len(made) == 4000
    assert len(set(made)) == 4000


def test_processes():
    """Processes that start together make different ids."""
    program = (
        "from captured_exchanges.exchange import new_request_id\n"
        "input()\n"
        "print('\\n'.join(new_request_id() for _ in range(2000)))"
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for child in children:
        child.stdin.write("\n")
        child.stdin.flush()
    made = [request_id for child in children for request_id in child.communicate(timeout=60)[0].split()]
    assert len(made) == len(set(made)) == 4000


def test_clock_set_back(monkeypatch):
    """Ids go on ascending when the clock is set back."""
    first = new_request_id()
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    assert new_request_id() > first
