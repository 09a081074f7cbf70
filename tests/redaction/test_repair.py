"""Known secrets out of finished documents."""

import base64
import json
import urllib.parse

import pytest
from hypothesis import given, settings

from captured_exchanges.redaction.json.exact import NotJson, dumps
from captured_exchanges.redaction.registry import Needles
from captured_exchanges.redaction.repair import repaired, repaired_text
from support.examples import EXAMPLES
from support.redaction_exchanges import fresh_secret, secrets, survives, sweep


@settings(max_examples=EXAMPLES)
@given(secrets)
def test_a_secret_goes_from_every_string_and_key_and_number(secret):
    """In whatever spelling; the rest stays, and removals are told."""
    pin = 83_619_274
    encoded = "".join(f"%{byte:02X}" for byte in secret.encode())
    document = {
        "url": f"https://x.test/{urllib.parse.quote(secret)}?q={encoded}",
        "headers": [["a", secret], [f"x-{secret}", base64.b64encode(secret.encode()).decode()]],
        "body": {"value": {secret: [pin, 17, json.dumps({"a": secret})]}},
        "redactions": [],
    }
    needles = [Needles([secret.encode(), str(pin).encode()])]
    one = sweep()
    kept = repaired(dumps(document), needles, one)
    assert not survives(secret, kept)
    assert str(pin).encode() not in kept
    value = json.loads(kept)
    assert [item for item in next(iter(value["body"]["value"].values())) if isinstance(item, int)] == [17]
    assert {"path": "/headers/0/1", "rule": "registered"} in value["redactions"]
    assert one.count >= 6


def test_sizes_of_the_body_are_rounded_where_it_lost_something():
    """And nothing changes where it did not."""
    secret = fresh_secret()
    document = {
        "headers": [["Content-Length", "100"], ["Digest", "x"]],
        "body": {"value": secret, "size": 100},
    }
    kept = json.loads(repaired(dumps(document), [Needles([secret.encode()])], sweep()))
    assert kept["body"]["size"] == 128
    assert kept["headers"] == [["Content-Length", "128"], ["Digest", "[REDACTED:header.digest]"]]
    elsewhere = {**document, "url": secret, "body": {"value": "x", "size": 100}}
    assert (
        json.loads(repaired(dumps(elsewhere), [Needles([secret.encode()])], sweep()))["body"]["size"] == 100
    )


def test_text_that_hides_nothing_stays_encoded():
    """Only the word that hides a secret is decoded."""
    secret = fresh_secret()
    hidden = "".join(f"%{byte:02x}" for byte in secret.encode())
    text = repaired_text(f"a%20b {hidden} %41", [Needles([secret.encode()])], sweep())
    assert text.startswith("a%20b [REDACTED:registered:")
    assert text.endswith("] %41")


def test_a_document_that_cannot_be_read_is_refused():
    """Fail closed."""
    with pytest.raises(NotJson):
        repaired(b"{", [], sweep())
