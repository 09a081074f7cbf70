"""What somebody reads who captures the loopback: nothing under TLS, and everything without it."""

import secrets

import pytest

from captured_exchanges.exchange import Batch
from captured_exchanges.security import issue_run_credentials, new_token
from captured_exchanges.wire import METHOD
from support.access_servers import STYLES, look, serving
from support.loopback_capture import loopback_capture


async def crossed(style, theirs, ours, canary):
    """What crosses while an observer looks at an exchange with the canary in it, and the canary is seen by
    the observer; all of it up to the end of the connection.
    """
    with loopback_capture() as capture:
        async with serving(style, theirs) as served:
            port = int(served.address.rpartition(":")[2])
            served.capture(b'{"note":"%s"}' % canary.encode())
            seen = await look(served.address, ours)
            (batch,) = [each for each in seen if isinstance(each, Batch)]
            assert canary.encode() in batch.exchanges[0].exchange.response_json
        return capture.seen(port)


def readable(canary):
    """What would tell an eavesdropper something."""
    return [canary.encode(), b"directory.example", METHOD.encode(), b"served", b"request", b"PRI * HTTP/2.0"]


@pytest.mark.parametrize("style", STYLES)
async def test_under_tls_nothing_readable_crosses(style):
    """Neither what was captured, nor whom it was about, nor what was called; nor the private keys."""
    canary, run = secrets.token_hex(16), issue_run_credentials()
    seen = await crossed(style, run.connector, run.syncer, canary)
    assert seen.count(b"\x16\x03") >= 2  # TLS handshakes: this is the right connection
    assert [each for each in readable(canary) if each in seen] == []


@pytest.mark.parametrize("style", STYLES)
async def test_the_same_capture_reads_plain_loopback(style):
    """With a token the same things cross in plain, and the token with them: that is why it stays on this
    machine, where only root may capture; and that is how the test above can fail.
    """
    canary, token = secrets.token_hex(16), new_token()
    seen = await crossed(style, token, token, canary)
    assert canary.encode() in seen
    assert b"PRI * HTTP/2.0" in seen
    assert b"served" in seen
