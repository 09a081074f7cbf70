"""What the end of a stream means."""

import pytest

from captured_exchanges.handoff.consuming.verdicts import stop_for, told, verdict
from captured_exchanges.handoff.status import Status


@pytest.mark.parametrize("code", [3, 7, 10, 12, 16])
def test_statuses_that_cannot_heal_stop(code):
    """INVALID_ARGUMENT, PERMISSION_DENIED, ABORTED, UNIMPLEMENTED and UNAUTHENTICATED are not retried."""
    assert verdict(code) == "stop"


@pytest.mark.parametrize("code", [0, 1, 2, 4, 8, 13, 14, 15, 99])
def test_every_other_status_is_retried(code):
    """A stream that ends otherwise, known status or not, is opened again."""
    assert verdict(code) == "retry"


def test_a_failed_precondition_is_waited_for():
    """Another owner may go away."""
    assert verdict(Status.FAILED_PRECONDITION) == "wait_for_owner"


def test_a_connector_without_provenance_is_no_failure():
    """UNIMPLEMENTED ends the consumer without an error; every other end is one."""
    assert not stop_for(Status.UNIMPLEMENTED, "no such method").failed
    for code in (3, 7, 9, 10, 16):
        assert stop_for(code, "").failed


def test_what_the_peer_said_is_shortened_and_printable():
    """A peer cannot write control characters or novels into our logs."""
    sentence = told(Status.ABORTED, "REPLACED\x1b[31m\n" + "x" * 10_000)
    assert sentence.startswith("ABORTED: REPLACED [31m")
    assert sentence.isprintable()
    assert len(sentence) < 400
    assert told(77, "") == "status 77"
