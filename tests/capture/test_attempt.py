"""An attempt: what it says before, while and after, and that it ends once."""

import threading

from captured_exchanges.capture.attempt import MAX_MESSAGE, Answer, Attempt, LogicalCall
from captured_exchanges.capture.body import BodyCopy
from captured_exchanges.exchange import Failure
from support.capture_sink import BrokenSink, RecordingSink, hook_failures


def an_attempt(sink=None, call=None):
    attempt = Attempt(call or LogicalCall(), "GET", "http://a.test/", [(b"A", b"\xe9")], BodyCopy.of(b"in"))
    attempt.begin(sink or RecordingSink())
    return attempt


def test_before_the_answer():
    """Before there is an answer, only the request is known."""
    request, response = an_attempt().snapshot()
    assert (request.method, request.url, request.headers) == ("GET", "http://a.test/", (("A", "é"),))
    assert (request.body.data, response) == (b"in", None)


def test_answered():
    """After the head of the answer, its body is what was read so far, and time goes on until the end."""
    attempt = an_attempt()
    body = BodyCopy()
    attempt.answer(Answer(200, body, "OK", [(b"B", b"c")], "HTTP/2", "10.0.0.1:443"))
    body.add(b"so far")
    request, early = attempt.snapshot()
    assert (early.status, early.reason, early.headers) == (200, "OK", (("B", "c"),))
    assert (early.body.data, early.body.state) == (b"so far", "abandoned")
    assert (request.http_version, early.http_version, early.remote_address) == (
        "HTTP/2",
        "HTTP/2",
        "10.0.0.1:443",
    )
    attempt.finish()
    first, second = attempt.snapshot()[1], attempt.snapshot()[1]
    assert 0 < early.duration_ms < first.duration_ms == second.duration_ms


def test_failed():
    """A failure without an answer has no status; its message is bounded."""
    attempt = an_attempt()
    attempt.fail(ValueError("x" * (MAX_MESSAGE + 1)))
    response = attempt.snapshot()[1]
    assert response.status is None
    assert response.error == Failure("ValueError", "x" * MAX_MESSAGE)


def test_failure_without_words():
    """An error that cannot say what it is, is known by its type, and the attempt ends all the same."""

    class MuteError(Exception):
        def __str__(self):
            raise RuntimeError

    sink = RecordingSink()
    with hook_failures(1):
        an_attempt(sink).fail(MuteError())
    assert sink.only.response.error == Failure("MuteError", "")


def test_finished_once():
    """Of many ends at once, one counts."""
    sink = RecordingSink()
    attempt = an_attempt(sink)
    barrier = threading.Barrier(8)

    def finish():
        barrier.wait()
        attempt.finish()

    threads = [threading.Thread(target=finish) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sink.only.request.method == "GET"


def test_broken_sink():
    """A sink that refuses an attempt hears no more of it."""
    sink = BrokenSink(at="begin")
    with hook_failures(1):
        attempt = an_attempt(sink)
        attempt.finish()
    assert sink.calls == ["begin"]


def test_logical_call():
    """Attempts of one call share its id and are numbered; another call starts anew."""
    call = LogicalCall()
    requests = [an_attempt(call=call).snapshot()[0] for _ in range(3)]
    assert [request.attempt for request in requests] == [1, 2, 3]
    assert {request.call_id for request in requests} == {call.call_id}
    assert LogicalCall().call_id != call.call_id


def test_reprs_keep_quiet():
    """The repr of an answer shows no header and no reason."""
    answer = Answer(200, BodyCopy(), "canary", [(b"canary", b"canary")])
    assert "canary" not in repr(answer)
