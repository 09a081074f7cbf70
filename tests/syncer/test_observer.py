"""Watching a connector over a real socket."""

import asyncio
import threading

import grpc
import grpc.aio
import pytest

from captured_exchanges.errors import (
    ConnectionRefused,
    ConsumerStopped,
    ProtocolViolation,
)
from captured_exchanges.exchange import Batch, Closing, Filter, Gap, Open, Opened
from support.consumers import LOOKS
from support.syncer_messages import EPOCH, gap, opened
from support.syncer_server import HALF_CLOSE, ScriptedConnector, outgoing

StatusCode = grpc.StatusCode


@pytest.fixture(params=LOOKS.values(), ids=LOOKS.keys())
def look(request):
    """What holds for the one style of observer holds for the other."""
    return request.param


async def all_of(responses):
    return [response async for response in responses]


async def test_a_look_yields_every_response_and_ends_with_the_stream(look):
    """An observer's open, a half-close, then what the connector has to say, in order."""
    asked = []

    async def script(peer):
        asked.append(await peer.expect(Open))
        await peer.expect(HALF_CLOSE)
        await peer.send(opened(role="observer"), outgoing(1, 2), gap(3, 4))
        await peer.send_raw(b"\xfa\x7d\x02hi")

    async with ScriptedConnector(script) as connector:
        wanted = Filter(transport_kinds=("http",))
        seen = await all_of(look(connector.target, from_sequence=7, filter=wanted))
    assert [type(response) for response in seen] == [Opened, Batch, Gap]
    assert [row.sequence for row in seen[1].exchanges] == [1, 2]
    [opening] = asked
    assert (opening.consumer_id, opening.follow, opening.from_sequence, opening.filter) == (
        "",
        False,
        7,
        wanted,
    )


async def test_following_ends_when_the_watcher_leaves(look):
    """Leaving the loop cancels the call; the connector sees it go."""
    gone = asyncio.Event()
    before = set(threading.enumerate())  # a threaded server of another test may not be collected yet

    async def script(peer):
        assert (await peer.expect(Open)).follow
        peer.context.add_done_callback(lambda _: gone.set())
        await peer.send(opened(role="observer"), outgoing(1))
        await peer.hang()

    async with ScriptedConnector(script) as connector:
        responses = look(connector.target, follow=True)
        async for response in responses:
            if isinstance(response, Batch):
                break
        await responses.aclose()
        async with asyncio.timeout(10):
            await gone.wait()
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("exchange-")]
    begun = set(threading.enumerate()) - before
    assert not [thread for thread in begun if thread.name.startswith("exchange-")]


async def test_nothing_listens(look):
    """The sentence names the place."""
    async with ScriptedConnector() as connector:
        await connector.stop()
        with pytest.raises(ConsumerStopped, match="nothing listens") as raised:
            await all_of(look(connector.target))
        assert connector.target in str(raised.value)
        assert raised.value.code == StatusCode.UNAVAILABLE.value[0]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (StatusCode.INVALID_ARGUMENT, ProtocolViolation),
        (StatusCode.PERMISSION_DENIED, ConnectionRefused),
        (StatusCode.UNAUTHENTICATED, ConnectionRefused),
        (StatusCode.RESOURCE_EXHAUSTED, ConsumerStopped),
        (StatusCode.FAILED_PRECONDITION, ConsumerStopped),
    ],
)
async def test_statuses_become_errors_with_the_servers_sentence(look, code, kind):
    """Each status is an error of this package, and what the server said is in it."""

    async def script(peer):
        await peer.expect(Open)
        await peer.end(code, "because of reasons")

    async with ScriptedConnector(script) as connector:
        with pytest.raises(kind, match="because of reasons"):
            await all_of(look(connector.target))


async def test_a_connector_without_provenance_is_named_as_such(look):
    """UNIMPLEMENTED is told in words."""
    async with ScriptedConnector() as connector:
        with pytest.raises(ConsumerStopped, match="hands over no captured exchanges"):
            await all_of(look(connector.target))


async def test_closing_is_yielded_then_raised_as_the_end(look):
    """The announced reason counts, whatever status follows."""

    async def script(peer):
        await peer.expect(Open)
        await peer.send(opened(role="observer"), Closing(EPOCH, 14, "the connector is stopping"))
        await peer.end(StatusCode.INTERNAL)

    async with ScriptedConnector(script) as connector:
        responses = look(connector.target)
        assert isinstance(await anext(responses), Opened)
        assert isinstance(await anext(responses), Closing)
        with pytest.raises(ConsumerStopped, match="stopping"):
            await anext(responses)


async def test_a_closing_without_error_is_a_good_end(look):
    """A connector that ends a look with OK raises nothing."""

    async def script(peer):
        await peer.expect(Open)
        await peer.send(opened(role="observer"), Closing(EPOCH, 0, "the end of the buffer"))

    async with ScriptedConnector(script) as connector:
        assert len(await all_of(look(connector.target))) == 2


async def test_garbage_is_no_answer(look):
    """What cannot be parsed ends the watching with a sentence."""

    async def script(peer):
        await peer.expect(Open)
        await peer.send_raw(b"\xff\xff\xff")
        await peer.hang()

    async with ScriptedConnector(script) as connector:
        with pytest.raises(ProtocolViolation, match="unix:"):
            await all_of(look(connector.target))


async def test_a_silent_connector_is_not_waited_for_without_end(look):
    """Servers owe observers heartbeats too."""

    async def script(peer):
        await peer.expect(Open)
        await peer.send(opened(role="observer", interval=0.01))
        await peer.hang()

    async with ScriptedConnector(script) as connector:
        with pytest.raises(ConsumerStopped, match="silent"):
            await all_of(look(connector.target, follow=True))


async def test_an_address_that_may_not_be_dialled_is_refused(look):
    """The rules of who may connect are the consumer's and the observer's alike."""
    with pytest.raises(ConnectionRefused):
        await all_of(look("example.org:443"))


async def test_a_status_lost_on_the_way_is_asked_for_again(look):
    """A call that ends INTERNAL before it has said anything is made again, six times in all."""
    calls = []

    async def script(peer):
        calls.append(peer)
        await peer.expect(Open)
        await peer.end(StatusCode.INTERNAL, "lost")

    async with ScriptedConnector(script) as connector:
        with pytest.raises(ConsumerStopped, match="INTERNAL"):
            await all_of(look(connector.target))
    assert len(calls) == 6
