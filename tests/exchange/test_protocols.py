"""The doors between rooms."""

from captured_exchanges import exchange
from captured_exchanges.capture.attempt import Attempt, LogicalCall
from captured_exchanges.capture.body import BodyCopy
from captured_exchanges.exchange import BufferFacts, ids, messages, operations, protocols, records


def test_empty_buffer():
    """The facts of a fresh buffer need only its epoch and where it stands."""
    facts = BufferFacts("e", 1, 1, 0)
    assert (facts.retained_exchanges, facts.retained_bytes, facts.pending) == (0, 0, 0)
    assert facts.oldest_ticket == facts.next_ticket


def test_a_snapshot():
    """A snapshot is a call that may be repeated and answers with a request, and a response or None."""
    snapshot: protocols.Snapshot = Attempt(LogicalCall(), "GET", "u", [], BodyCopy()).snapshot
    assert snapshot() == snapshot()
    assert isinstance(snapshot()[0], exchange.HttpRequest)


def test_pinned():
    """The room offers what its modules offer, each once."""
    offered = [*operations.__all__, *records.__all__, *messages.__all__, *protocols.__all__, *ids.__all__]
    assert sorted(exchange.__all__) == sorted(offered)
    assert protocols.__all__ == [
        "BufferFacts", "ExchangeSink", "PendingExchange", "ReadableBuffer", "Snapshot",
    ]  # fmt: skip
    assert ids.__all__ == ["new_request_id"]
