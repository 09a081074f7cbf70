"""Both adapters: instrumenting and going back, and that the caller notices nothing of either."""

import asyncio
import gc
import os
import subprocess
import sys
import weakref
from pathlib import Path

import pytest

from captured_exchanges.capture import intent
from captured_exchanges.capture.attempt import Attempt
from captured_exchanges.capture.body import BodyCopy
from support.capture_clients import ASYNC_RIGS
from support.capture_server import PIECES
from support.capture_sink import BrokenSink, RecordingSink, hook_failures

# Instrumenting and going back


async def test_uninstrument_client(rig, sink, server):
    """A client that is no longer instrumented is as it was; going back twice is harmless."""
    async with rig.client() as client:
        before = dict(client.__dict__)
        rig.adapter.uninstrument_client(client)
        rig.adapter.instrument_client(client, RecordingSink())
        rig.adapter.instrument_client(client, sink)
        await rig.get(client, f"{server.url}/hello")
        for _ in range(2):
            rig.adapter.uninstrument_client(client)
        assert client.__dict__.keys() == before.keys()
        assert "_transport_for_url" not in client.__dict__
        await rig.get(client, f"{server.url}/hello")
    assert sink.only.response.status == 200


async def test_global(rig, sink, server):
    """Clients made before and after are captured, and what was patched is put back as it was."""
    originals = [dict(kind.__dict__) for kind in (rig.library.Client, rig.library.AsyncClient)]
    async with rig.client() as before:
        with rig.everywhere(sink):
            async with rig.client() as after:
                await rig.get(before, f"{server.url}/hello?before")
                await rig.get(after, f"{server.url}/hello?after")
        await rig.get(before, f"{server.url}/hello?late")
    assert [seen.request.url.partition("?")[2] for seen in sink.finished] == ["before", "after"]
    rig.adapter.uninstrument()
    assert [dict(kind.__dict__) for kind in (rig.library.Client, rig.library.AsyncClient)] == originals


async def test_both(rig, sink, server):
    """With both in place each exchange is captured once, by the client's own sink."""
    everywhere = RecordingSink()
    async with rig.client() as client:
        with rig.everywhere(everywhere):
            rig.adapter.instrument_client(client, sink)
            await rig.get(client, f"{server.url}/hello?own")
            rig.adapter.uninstrument_client(client)
            await rig.get(client, f"{server.url}/hello?all")
    assert sink.only.request.url.endswith("?own")
    assert everywhere.only.request.url.endswith("?all")


async def test_global_twice(rig, sink, server):
    """Instrumenting again replaces the sink and captures once."""
    async with rig.client() as client:
        rig.adapter.instrument(RecordingSink())
        with rig.everywhere(sink):
            await rig.get(client, f"{server.url}/hello")
    assert sink.only.response.status == 200


async def test_patched_over(rig, sink, server):
    """Where another tool has patched over ours, going back leaves its patch, and captures no more."""
    kind = rig.client_class
    original = kind.__dict__["_transport_for_url"]
    rig.adapter.instrument(sink)
    ours = kind._transport_for_url

    def theirs(client, url):
        return ours(client, url)

    kind._transport_for_url = theirs
    try:
        rig.adapter.uninstrument()
        assert kind.__dict__["_transport_for_url"] is theirs
        async with rig.client() as client:
            await rig.get(client, f"{server.url}/hello")
            assert sink.exchanges == []
            with rig.everywhere(sink):
                await rig.get(client, f"{server.url}/hello")
    finally:
        kind._transport_for_url = original
    assert sink.only.response.status == 200


async def test_previous_override(rig, sink):
    """A choice of transport that was put on the client by somebody else is kept, used and put back."""
    mock = rig.library.MockTransport(lambda _request: rig.library.Response(204))
    async with rig.client() as client:
        client._transport_for_url = choose = lambda _url: mock
        rig.adapter.instrument_client(client, sink)
        await rig.get(client, "http://own.test/")
        rig.adapter.uninstrument_client(client)
        assert client._transport_for_url is choose
    assert sink.only.response.status == 204


async def test_not_kept_alive(rig, sink):
    """Instrumentation does not keep a client alive."""
    async with rig.client(sink) as client:
        known = weakref.ref(client)
    gc.disable()
    try:
        del client
        assert known() is None
    finally:
        gc.enable()


async def test_wrong_client(rig, sink):
    """A client of another library is refused with a sentence that says what to give."""
    other = {"httpx": "httpx2", "httpx2": "httpx"}[rig.name]
    with pytest.raises(
        TypeError, match=rf"a {other}\.Client is no client of {rig.name}: give a {rig.name}\.Client"
    ):
        rig.adapter.instrument_client(__import__(other).Client(), sink)


@pytest.mark.parametrize("name", ["httpx", "httpx2"])
def test_missing_library(name):
    """Without the library the import says which extra brings it."""
    program = (
        f"import sys; sys.modules[{name!r}] = None\n"
        "from captured_exchanges.errors import MissingExtra\n"
        "try:\n"
        f"    import captured_exchanges.capture.{name}\n"
        "except MissingExtra as missing:\n"
        "    print(missing)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert f"pip install 'captured-exchanges[{name}]'" in done.stdout


ALIASED = """
import httpx2
httpx2.alias_httpx()
original = dict(httpx2.Client.__dict__)
from captured_exchanges.capture import httpx as first, httpx2 as second
from support.capture_sink import RecordingSink
replaced, sink = RecordingSink(), RecordingSink()
first.instrument(replaced)
second.instrument(sink)
httpx2.Client(transport=httpx2.MockTransport(lambda request: httpx2.Response(200))).get("http://a.test/")
assert sink.only.response.status == 200
assert replaced.exchanges == []
first.uninstrument()
assert dict(httpx2.Client.__dict__) == original
"""


def test_aliased():
    """Where one library goes by both names, the two adapters are one: captured once, put back as it was."""
    tests = str(Path(__file__).parents[1])
    subprocess.run([sys.executable, "-c", ALIASED], check=True, env={**os.environ, "PYTHONPATH": tests})


# Hooks that fail


@pytest.mark.parametrize("at", ["begin", "finish"])
async def test_broken_sink(rig, server, at, caplog):
    """A sink that raises costs nobody anything: it is counted, logged by type, and quoted nowhere."""
    async with rig.client(BrokenSink(at=at), follow_redirects=True) as client:
        with hook_failures(2):
            response = await rig.send(client, "POST", f"{server.url}/redirect/1?canary=1", content=b"x")
    assert response.content == b"hello"
    assert "canary" not in "".join(log.getMessage() for log in caplog.records if log.name.startswith("capt"))


async def test_broken_sink_and_error(rig, closed_port):
    """A sink that raises does not hide the library's own error."""
    async with rig.client(BrokenSink(at="finish")) as client:
        with hook_failures(1), pytest.raises(rig.library.ConnectError) as raised:
            await rig.get(client, f"http://127.0.0.1:{closed_port}/")
    assert "broken at" not in str(raised.value.__context__)


async def test_odd_chunks(rig, sink):
    """What a stream yields reaches the caller even where it is nothing that can be copied."""
    response = rig.library.Response(200, stream=rig.stream_of(lambda: [b"ok", None, b"go on"]))
    async with rig.client(sink, transport=rig.transport(lambda _request: response)) as client:
        streamed = await rig.get(client, "http://odd.test/", stream=True)
        with hook_failures(1):
            chunks = streamed.stream.__aiter__() if rig.asynchronous else iter(streamed.stream)
            seen = [chunk async for chunk in chunks] if rig.asynchronous else list(chunks)
    assert seen == [b"ok", None, b"go on"]
    assert sink.only.response.body.data == b"okgo on"


async def test_odd_response(rig, sink):
    """A transport that answers nonsense gets the library's own complaint, and the exchange ends."""
    async with rig.client(sink, transport=rig.transport(lambda _request: None)) as client:
        with hook_failures(1), pytest.raises(AttributeError):
            await rig.get(client, "http://odd.test/")
    assert sink.only.response is None


async def test_stream_of_wrong_kind(rig, sink):
    """A stream of no kind the library knows is refused by the client as ever, and the exchange ends."""
    response = rig.library.Response(200, stream=[b"plain list"])
    async with rig.client(sink, transport=rig.transport(lambda _request: response)) as client:
        with hook_failures(0), pytest.raises(AssertionError):
            await rig.get(client, "http://odd.test/")
    assert sink.only.response.status == 200


# The scope, threads and the moment


async def test_scope(rig, sink, server):
    """An exchange begins in the caller's scope, also in its redirect hops."""
    async with rig.client(sink, follow_redirects=True) as client:
        with intent("groups") as scope:
            await rig.get(client, f"{server.url}/redirect/1")
        await rig.get(client, f"{server.url}/hello")
    assert [seen.scope for seen in sink.finished] == [scope, scope, None]


async def test_snapshot_meanwhile(rig, sink, server):
    """Another thread may ask what is known while a body is being read, and is told the truth so far."""
    async with rig.client(sink) as client:
        response = await rig.get(client, f"{server.url}/trickle", stream=True)
        chunks = rig.raw(response)
        await chunks.next()
        request, answer = await asyncio.to_thread(sink.exchanges[0].snapshot)
        assert request.url == f"{server.url}/trickle"
        assert (answer.status, answer.body.data, answer.body.state) == (200, PIECES[0], "abandoned")
        await rig.close(response)


@pytest.mark.parametrize("rig", ASYNC_RIGS, ids=repr)
async def test_snapshot_before_answer(rig, sink, server):
    """Before there is an answer there is none in what is known."""
    async with rig.client(sink) as client:
        task = asyncio.create_task(client.get(f"{server.url}/hold"))
        await server.held()
        request, answer = sink.exchanges[0].snapshot()
        assert request.method == "GET"
        assert answer is None
        server.release.set()
        assert (await task).content == b"at last"


async def test_many_at_once(rig, sink, server):
    """Calls at the same time, in tasks or threads, are all captured and never mixed up."""
    async with rig.client(sink, limits=rig.library.Limits(max_connections=8)) as client:

        async def one(number):
            content = b"%d" % number * 1000
            if rig.asynchronous:
                response = await client.post(f"{server.url}/echo", content=content)
            else:
                response = await asyncio.to_thread(client.post, f"{server.url}/echo", content=content)
            assert response.content == content

        await asyncio.gather(*(one(number) for number in range(40)))
    assert len(sink.finished) == 40
    assert len({seen.request.call_id for seen in sink.finished}) == 40
    for seen in sink.finished:
        assert seen.request.body.data == seen.response.body.data


async def test_memory_is_given_back(rig, sink, server):
    """Once finished, neither the response that the caller keeps nor a cycle keeps the exchange."""

    def kept():
        return {id(thing) for thing in gc.get_objects() if type(thing) in (Attempt, BodyCopy)}

    async with rig.client(sink) as client:
        gc.collect()
        gc.disable()
        try:
            before = kept()
            response = await rig.send(client, "POST", f"{server.url}/echo", content=rig.content_of([b"a"]))
            assert len(kept() - before) == 3
            sink.exchanges.clear()
            assert kept() - before == set()
        finally:
            gc.enable()
    assert response.content == b"a"
