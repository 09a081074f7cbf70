import json

import pytest

from captured_exchanges.errors import ConnectionRefused
from captured_exchanges.security import dump_access, issue_run_credentials, load_access, new_token


def test_what_is_handed_over_arrives():
    """Both kinds of credentials go into one line and come out the same, from text and from bytes."""
    for access in (new_token(), *issue_run_credentials()):
        line = dump_access(access)
        assert line.count(b"\n") == 1
        assert line.endswith(b"\n")
        assert load_access(line) == access
        assert load_access(line.decode()) == access


def without(part):
    document = json.loads(dump_access(issue_run_credentials().syncer))
    del document["mutual_tls"][part]
    return json.dumps(document)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "SECRET",
        '["SECRET"]',
        '{"bearer_token": ["SECRET"]}',
        '{"bearer_token": "SECRET", "more": 1}',
        '{"bearer_token": "SECRET\\n"}',
        '{"bearer_token": "SECRET',
        '{"mutual_tls": "SECRET"}',
        '{"mutual_tls": {"ca": "SECRET"}}',
    ],
)
def test_anything_else_is_refused_and_not_quoted(line):
    """What cannot be read may be a secret all the same: neither the error nor its cause shows it."""
    secret = new_token().value
    with pytest.raises(ConnectionRefused) as refused:
        load_access(line.replace("SECRET", secret))
    assert refused.value.__context__ is None
    assert secret not in str(refused.value)


@pytest.mark.parametrize("part", ["ca", "certificate", "private_key", "peer_name"])
def test_a_missing_part_is_named(part):
    """The sentence says what is not there."""
    with pytest.raises(ConnectionRefused, match=repr(part)):
        load_access(without(part))


def test_a_part_from_a_later_version_is_not_overlooked():
    """It might forbid something."""
    document = json.loads(dump_access(issue_run_credentials().syncer))
    document["mutual_tls"]["only_on"] = "tuesdays"
    with pytest.raises(ConnectionRefused, match="does not know"):
        load_access(json.dumps(document))
