import io

from rich.console import Console

from captured_exchanges.demo import DemoOptions
from captured_exchanges.demo.audit import audit
from captured_exchanges.demo.outcome import Outcome, print_outcome
from support.demo_file import SYNC_ID, demo_file, exchange, user

COUNTERS = {"sync_id": SYNC_ID, "captured": 1234, "acked": 1230, "abandoned": 2}
DROPPED = [{"reason": "overflow", "count": 3, "bytes": 9}, {"reason": "oversize", "count": 1, "bytes": 9}]
REPORT = {
    "attestation": {"epoch": "e1", "through_sequence": 1234, "counters": [{**COUNTERS, "dropped": DROPPED}]},
    "committed": 1230,
    "lost": 4,
    "foreign": 0,
    "quarantined": 0,
}


def printed(tmp_path, users, serving):
    path = demo_file(tmp_path / "sync.c1z", users, [exchange("r1", "1")])
    console = Console(file=io.StringIO(), width=80, soft_wrap=True, highlight=False)
    result = audit(path, SYNC_ID)
    outcome = Outcome(path, REPORT, result, {"syncer": 3 << 20}, 2.0, serving=serving)
    print_outcome(console, outcome, DemoOptions().command_line)
    return console.file.getvalue()


def test_tells_the_attestation_with_its_counters(tmp_path):
    """What both sides agreed on is printed in numbers, drops of all reasons added up."""
    text = printed(tmp_path, [user("1", "r1")], serving=False)
    assert "captured 1,234, acked 1,230, dropped 4, abandoned 2" in text
    assert "committed 1,230, lost 4, foreign 0, quarantined 0" in text
    assert "syncer 3.0 MiB at most above idle" in text


def test_what_is_not_traced_shows(tmp_path):
    """Where an object leads nowhere the verdict says so, and how many there are."""
    text = printed(tmp_path, [user("1", "r1"), user("2")], serving=False)
    assert "Every object resolves" not in text
    assert "1 of 2" in text


def test_who_serves_is_not_told_to_serve(tmp_path):
    """`--serve` is suggested only to those who have not asked for it."""
    assert "--serve" in printed(tmp_path, [user("1", "r1")], serving=False)
    (tmp_path / "sync.c1z").unlink()
    assert "--serve" not in printed(tmp_path, [user("1", "r1")], serving=True)
