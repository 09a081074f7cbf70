"""A process with a durable spool is killed, again and again: nothing that was flushed is lost, no sequence is
used twice, and each one that is missing is told.
"""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

SOAK = bool(os.environ.get("SOAK"))
KILLS = 200 if SOAK else 40
TESTS = Path(__file__).parents[1]


@pytest.mark.timeout(1800 if SOAK else 600)
def test_kills_lose_nothing_that_was_flushed(tmp_path, request):
    """SIGKILL at seeded moments, most of them right after exchanges went out that were never flushed and that
    the consumer committed; the diary of all lives is then checked line by line.
    """
    seed = random.randrange(2**32)
    request.node.user_properties.append(("seed", seed))
    print(f"seed {seed}")  # noqa: T201 - shown where the test fails
    chance = random.Random(seed)
    for life in range(KILLS):
        with living(tmp_path, life, chance.randrange(2**32)) as process:
            time.sleep(chance.uniform(0, 0.2))  # noqa: TID251 - the moment is what is tried
            assert process.poll() is None, "it ended by itself"
            process.kill()
    with living(tmp_path, "last", 0, "drain") as process:
        assert process.wait(60) == 0
    check(Story((tmp_path / "diary").read_text().splitlines()))


def living(folder: Path, life: object, seed: int, *more: str) -> subprocess.Popen:
    """One life, once it captures."""
    command = [sys.executable, "-m", "support.killed_spool", folder / "spool", folder / "diary"]
    process = subprocess.Popen(
        [*command, str(life), str(seed), *more],
        cwd=TESTS,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        stdout=subprocess.PIPE,
    )
    assert process.stdout.readline() == b"ready\n"
    return process


class Story:
    """What the diary says."""

    def __init__(self, lines: list[str]) -> None:
        self.places: dict[str, tuple[str, int]] = {}
        self.accepted: dict[str, int] = {}
        self.flushed: set[str] = set()
        self.rows: list[tuple[str, int, str]] = []
        self.gaps: list[tuple[str, int, int, str, int]] = []
        self.order: list[tuple[str, int, int]] = []
        self.account: list[int] = []
        mine: list[str] = []
        life = ""
        for line in lines:
            kind, *words = line.split()
            if kind == "A":
                if (began := words[2].partition("-")[0]) != life:
                    life, mine = began, []
                mine.append(words[2])
                self.accepted[words[2]] = int(words[1])
                self.places[words[2]] = (words[0], int(words[1]))
            elif kind == "F":
                self.flushed |= set(mine[: int(words[0])])
            elif kind == "R":
                self.rows.append((words[0], int(words[1]), words[2]))
                self.order.append((words[0], int(words[1]), int(words[1])))
            elif kind == "G":
                self.gaps.append((words[0], int(words[1]), int(words[2]), words[3], int(words[4])))
                self.order.append((words[0], int(words[1]), int(words[2])))
            else:
                self.account = [int(word) for word in words]


def check(story: Story) -> None:
    """One epoch through all lives; each sequence once, in order; what is missing told by its reason."""
    (epoch,) = {each for each, _, _ in story.order}
    position = 0
    for _, first, last in story.order:
        assert first == position + 1
        position = last
    stored = {name: sequence for _, sequence, name in story.rows}
    assert len(stored) == len(story.rows)  # none double
    for name, sequence in stored.items():  # none under another's number
        assert story.accepted.get(name, sequence) == sequence
    given = [sequence for sequence in story.accepted.values() if sequence]
    assert len(given) == len(set(given))
    lost = {name for name, sequence in story.accepted.items() if sequence} - stored.keys()
    assert not lost & story.flushed  # none lost that was flushed
    assert len(story.flushed) > KILLS  # and there was something to lose
    torn = [(first, last) for _, first, last, reason, _ in story.gaps if reason == "unclean_restart"]
    for name in lost:
        assert any(first <= story.accepted[name] <= last for first, last in torn)
    assert {reason for _, _, _, reason, _ in story.gaps} <= {"unclean_restart", "overflow"}
    captured, acked, retained, dropped = story.account
    assert captured == acked + retained + dropped
    assert retained == 0
    assert acked <= len(stored)  # those that were committed and never flushed are in the store alone
    told = sum(count for _, _, _, _, count in story.gaps)
    assert dropped <= told
    assert epoch
