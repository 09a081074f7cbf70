"""Rule 15: what a later version adds is ignored, and a version that nobody speaks is refused by name."""

from __future__ import annotations

from grpc import StatusCode

from captured_exchanges.exchange import PROTOCOL_VERSION, Ack, Batch, Open
from captured_exchanges.wire import encode_request, encode_response
from support.conformance_exchanges import LOOK, OWNER, filled, rows, sequences
from support.conformance_script import answer_drain
from support.syncer_messages import opened
from support.syncer_server import outgoing

UNKNOWN_FIELD = b"\xf8\x7f\x01"
"""Field 2047, a number."""
UNKNOWN_VARIANT = b"\xfa\x7d\x02hi"
"""Field 2015, as a oneof's variant would come."""


def inside(variant, raw):
    """A message of this field number, to be merged into the variant that stands before it."""
    return bytes([variant << 3 | 2, len(raw)]) + raw


def test_rule_15_versions_to_come_may_add_fields_to_requests(pairing):
    """Beside the variant and inside of it: the request means what it means without them."""
    with pairing.connector(filled(3)) as connector:
        owner = connector.caller(encode_request(OWNER) + inside(1, UNKNOWN_FIELD) + UNKNOWN_FIELD)
        assert owner.exchanges(3) == [1, 2, 3]
        assert connector.standing.owner == "c1"
        owner.say(encode_request(Ack(connector.epoch, 2)) + inside(2, UNKNOWN_FIELD) + UNKNOWN_FIELD)
        connector.until_retained(1)


def test_rule_15_versions_to_come_may_add_to_responses(pairing, store):
    """Unknown variants and fields change nothing for the consumer."""

    def script(peer):
        peer.expect(Open)
        peer.send_raw(encode_response(opened()) + inside(1, UNKNOWN_FIELD))
        peer.send_raw(UNKNOWN_VARIANT)
        peer.send_raw(encode_response(outgoing(1)) + inside(2, UNKNOWN_FIELD) + UNKNOWN_FIELD)
        peer.send_raw(UNKNOWN_VARIANT)
        answer_drain(peer, 1)

    with pairing.scripted(script) as connector, pairing.consumer(connector, store) as consumer:
        assert (consumer.drain().violations, connector.streams) == (0, 1)
    assert rows(store) == ["epoch-1/1"]


def test_rule_15_versions_to_come_are_no_concern_of_observers_of_ours(pairing):
    """What they do not know they do not hear."""

    def script(peer):
        peer.open_with(opened(role="observer"))
        peer.send_raw(UNKNOWN_VARIANT)
        peer.send_raw(encode_response(outgoing(1)) + inside(2, UNKNOWN_FIELD) + UNKNOWN_FIELD)

    with pairing.scripted(script) as connector:
        opened_, batch = pairing.look(connector)
    assert (opened_.role, sequences(batch)) == ("observer", [1])


def test_rule_15_versions_that_the_server_cannot_speak_are_refused_naming_those_it_can(pairing):
    """Owner and observer alike, whoever owns meanwhile."""
    with pairing.connector() as connector:
        for open_ in (Open(protocol_version=2, consumer_id="c1"), Open(protocol_version=99)):
            code, detail = connector.refused(open_)
            assert code is StatusCode.FAILED_PRECONDITION
            assert f"open.protocol_version is {open_.protocol_version}; this server speaks 1" in detail


def test_rule_15_versions_zero_and_one_are_spoken(pairing):
    """Zero means the server's own."""
    assert PROTOCOL_VERSION == 1
    with pairing.connector() as connector:
        for version in (0, 1):
            for open_ in (
                Open(protocol_version=version, consumer_id="c1"),
                Open(protocol_version=version, follow=True),
            ):
                assert connector.opened(open_)[1].protocol_version == 1
        assert connector.opened(LOOK)[1].protocol_version == 1


def test_rule_15_versions_are_named_by_the_consumer(pairing, store):
    """Its `open` says which one it speaks; a stream that is opened in another is left."""
    heard = []

    def script(peer):
        heard.append(peer.open_with(opened()).protocol_version)
        answer_drain(peer, 0)

    with pairing.scripted(script) as connector, pairing.consumer(connector, store) as consumer:
        consumer.drain()
    assert heard == [1]


def test_rule_15_versions_of_what_passed_are_of_no_concern_to_rows(pairing):
    """A batch that an owner of version 0 gets is the one that an owner of version 1 gets."""
    with pairing.connector(filled(2)) as connector:
        taken = []
        for version in (0, 1):
            owner, _ = connector.opened(Open(protocol_version=version, consumer_id="c1"))
            taken.append(owner.until(Batch))
        assert taken[0] == taken[1]
