"""`exchanges show`."""

import json

from support.cli_process import exchanges, on_terminal
from support.provenance_files import FIXTURES, SyncFile

FIFTY = FIXTURES / "go-50.c1z"


def test_an_exchange_is_shown_in_full():
    """Request and response are shown as they crossed the wire, markers as such."""
    shown = exchanges("show", FIFTY, "req-000005", "--table")
    assert (shown.code, shown.err) == (0, "")
    for expected in (
        "GET https://api.example.com/users?page=5\nAuthorization: [REDACTED]",
        '"name": "Zoë 5"',
    ):
        assert expected in shown.out


def test_markers_are_styled_on_a_terminal():
    """A redaction marker is painted, and stays a marker without colours."""
    assert "\x1b[1;30;43m[REDACTED]\x1b[0m" in on_terminal("show", FIFTY, "req-000005").out
    plain = on_terminal("show", FIFTY, "req-000005", NO_COLOR="1").out
    assert "[REDACTED]" in plain
    assert not any(f"\x1b[{color}m" in plain for color in range(30, 50))


def test_json_is_the_record_of_the_list():
    """In a pipe the record is the one that `list` prints."""
    listed = exchanges("list", FIFTY, "--after-id", 4, "--limit", 1)
    shown = exchanges("show", FIFTY, "req-000005")
    assert shown.out == listed.out
    assert json.loads(shown.out)["request_id"] == "req-000005"


def test_the_newest_of_several_is_shown(tmp_path):
    """Where several syncs stored the id, the newest row is the answer."""
    file = SyncFile().exchange("r", sync_id="a").exchange("r", sync_id="b")
    assert json.loads(exchanges("show", file.save(tmp_path / "f.db"), "r").out)["sync_id"] == "b"


def test_an_unknown_request_id_is_one_line():
    """No such exchange: exit 1 and a sentence."""
    shown = exchanges("show", FIFTY, "req-nope\x1b[31m")
    assert (shown.code, shown.out) == (1, "")
    assert shown.err.count("\n") == 1
    assert "no exchange has the request id" in shown.err
    assert "\x1b" not in shown.err
