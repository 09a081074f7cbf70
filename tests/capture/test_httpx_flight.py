"""What exchanges of both adapters say, against a real server and transports of every kind."""

import io
import json
import time

import pytest

from captured_exchanges.exchange import MAX_BODY_BYTES
from support.capture_clients import SYNC_RIGS, done
from support.capture_server import DEADLINE, GZIPPED, PIECES

# What an exchange says


async def test_plain(rig, sink, server):
    """A plain exchange carries method, URL, the headers that the server saw and sent, status and body."""
    async with rig.client(sink) as client:
        before = time.time_ns()
        response = await rig.get(client, f"{server.url}/hello?q=1", headers={"X-Odd-CASE": "v"})
    request, answer = sink.only.request, sink.only.response
    assert sink.only.transport_kind == "http"
    assert (request.method, request.url, request.body) == ("GET", f"{server.url}/hello?q=1", None)
    assert list(request.headers) == server.seen[0].headers
    assert before <= request.started_at <= time.time_ns()
    assert (request.attempt, request.http_version, answer.http_version) == (1, "HTTP/1.1", "HTTP/1.1")
    assert (answer.status, answer.reason, answer.error) == (200, "Fine", None)
    names = [name for name, _ in answer.headers]
    assert names[2:] == ["X-MiXed", "Set-Cookie", "Set-Cookie", "Content-Length"]
    assert dict(answer.headers)["X-MiXed"] == "Grüße"
    assert (answer.body.data, answer.body.size, answer.body.state) == (b"hello", 5, "complete")
    assert answer.remote_address == f"127.0.0.1:{server.server_port}"
    assert 0 < answer.duration_ms < DEADLINE * 1000
    assert response.content == b"hello"


@pytest.mark.parametrize(
    "options",
    [
        {"content": b"raw \x00 bytes"},
        {"json": {"a": [1, 2]}},
        {"data": {"a": "b c"}},
        {"files": {"f": ("name.bin", b"\xff" * 70_000)}, "data": {"x": "y"}},
    ],
    ids=["bytes", "json", "form", "multipart"],
)
async def test_request_body(rig, sink, server, options):
    """A request body is captured as the server received it."""
    async with rig.client(sink) as client:
        response = await rig.send(client, "POST", f"{server.url}/echo", **options)
    body = sink.only.request.body
    assert server.seen[0].body == body.data == response.content
    assert (body.size, body.state) == (len(body.data), "complete")


async def test_request_stream(rig, sink, server):
    """A generated request body is captured as it is sent, and the request keeps its own stream."""
    async with rig.client(sink) as client:
        content = rig.content_of([b"ab", b"", b"cd"])
        request = client.build_request("POST", f"{server.url}/echo", content=content)
        stream = request.stream
        response = await done(client.send(request))
    assert response.content == b"abcd"
    assert sink.only.request.body.data == b"abcd"
    assert sink.only.request.body.state == "complete"
    assert response.request.stream is stream


@pytest.mark.parametrize("rig", SYNC_RIGS, ids=repr)
async def test_request_file(rig, sink, server):
    """A file given as content is captured as it is read."""
    async with rig.client(sink) as client:
        await rig.send(client, "POST", f"{server.url}/echo", content=io.BytesIO(b"f" * 100_000))
    assert sink.only.request.body.size == 100_000
    assert server.seen[0].body == sink.only.request.body.data


async def test_request_stream_breaks(rig, sink, server):
    """A request body that raises reaches the caller as it is; what was sent is recorded as abandoned."""
    fault = RuntimeError("no more")

    def chunks():
        yield b"begun"
        raise fault

    async with rig.client(sink) as client:
        with pytest.raises(RuntimeError) as raised:
            await rig.send(client, "POST", f"{server.url}/echo", content=rig.content_of(chunks()))
    assert raised.value is fault
    assert sink.only.request.body.data == b"begun"
    assert sink.only.request.body.state == "abandoned"
    assert sink.only.response.error.type == "RuntimeError"


async def test_chunked(rig, sink, server):
    """A chunked answer is captured whole and read whole."""
    async with rig.client(sink) as client:
        response = await rig.get(client, f"{server.url}/chunked")
    assert response.content == b"".join(PIECES) == sink.only.response.body.data
    assert sink.only.response.body.state == "complete"


async def test_content_encoding(rig, sink, server):
    """Captured is what was on the wire; the caller reads it decoded."""
    async with rig.client(sink) as client:
        response = await rig.get(client, f"{server.url}/gzip")
    assert response.json()["Resources"][0]["id"] == "u-1"
    assert sink.only.response.body.data == GZIPPED
    assert response.num_bytes_downloaded == len(GZIPPED) == sink.only.response.body.size


async def test_large_body(rig, sink, server):
    """Of a large body the beginning is kept and all is counted; the caller gets all."""
    size = MAX_BODY_BYTES + 12_345
    async with rig.client(sink) as client:
        response = await rig.send(client, "POST", f"{server.url}/big/{size}", content=b"y" * size)
    assert len(response.content) == size
    for body in (sink.only.request.body, sink.only.response.body):
        assert (len(body.data), body.size, body.state) == (MAX_BODY_BYTES, size, "truncated")


@pytest.mark.parametrize(("method", "path"), [("HEAD", "/hello"), ("GET", "/status/204"), ("GET", "/big/0")])
async def test_no_body(rig, sink, server, method, path):
    """Where there is no body none is captured, and the exchange ends."""
    async with rig.client(sink) as client:
        await rig.send(client, method, server.url + path)
    assert sink.only.response.body is None


async def test_no_body_unread(rig, sink, server):
    """An answer without a body that is closed unread has no abandoned body either."""
    async with rig.client(sink) as client:
        await rig.close(await rig.send(client, "HEAD", f"{server.url}/hello", stream=True))
    assert sink.only.response.body is None


# Attempts of one call


async def test_redirects(rig, sink, server):
    """Each redirect hop is an exchange of its own under one call id, attempts counting up."""
    async with rig.client(sink, follow_redirects=True) as client:
        response = await rig.get(client, f"{server.url}/redirect/2")
    assert [seen.response.status for seen in sink.finished] == [302, 302, 200]
    assert [seen.request.attempt for seen in sink.finished] == [1, 2, 3]
    assert [seen.request.url for seen in sink.finished] == [
        f"{server.url}{path}" for path in ("/redirect/2", "/redirect/1", "/hello")
    ]
    assert len({seen.request.call_id for seen in sink.finished}) == 1
    assert sink.exchanges[0].response.body.data == b"over there"
    assert [str(past.url) for past in response.history] == [seen.request.url for seen in sink.finished[:2]]


async def test_redirect_keeps_body(rig, sink, server):
    """A redirect that repeats the request repeats its body in both exchanges, generated or multipart."""
    async with rig.client(sink, follow_redirects=True) as client:
        response = await rig.send(client, "POST", f"{server.url}/again", files={"f": b"abc"})
    assert [seen.response.status for seen in sink.finished] == [307, 200]
    assert [seen.request.body.data for seen in sink.finished] == [response.content] * 2


async def test_calls_apart(rig, sink, server):
    """Two calls have two call ids, also where the caller gives both the same extensions."""
    extensions = {"timeout": {"read": 5.0}}
    async with rig.client(sink) as client:
        for _ in range(2):
            await rig.get(client, f"{server.url}/hello", extensions=extensions)
    first, second = sink.finished
    assert first.request.call_id != second.request.call_id
    assert second.request.attempt == 1
    assert extensions == {"timeout": {"read": 5.0}}


async def test_shared_extensions(rig, sink, server):
    """Requests that share a dictionary of extensions are calls apart, and it stays as it is."""
    shared = {"timeout": {}}
    async with rig.client(sink) as client:
        for _ in range(2):
            request = client.build_request("GET", f"{server.url}/hello")
            request.extensions = shared
            await done(client.send(request))
    assert len({seen.request.call_id for seen in sink.finished}) == 2
    assert shared == {"timeout": {}}


async def test_sent_again(rig, sink, server):
    """The same request sent again is another attempt at the same call."""
    async with rig.client(sink) as client:
        request = client.build_request("GET", f"{server.url}/hello")
        for _ in range(2):
            await done(client.send(request))
    assert [seen.request.attempt for seen in sink.finished] == [1, 2]
    assert len({seen.request.call_id for seen in sink.finished}) == 1


async def test_digest(rig, sink, server):
    """Each round trip of an authentication flow is an attempt, with the headers it had then."""
    auth = rig.library.DigestAuth("ada", "any")
    async with rig.client(sink) as client:
        response = await rig.get(client, f"{server.url}/digest", auth=auth)
    assert response.content == b"welcome"
    assert [seen.response.status for seen in sink.finished] == [401, 200]
    assert [seen.request.attempt for seen in sink.finished] == [1, 2]
    assert ["Authorization" in dict(seen.request.headers) for seen in sink.finished] == [False, True]


async def test_connect_error(rig, sink, closed_port):
    """A refused connect is an exchange with an error and no status; the caller gets the library's error."""
    async with rig.client(sink) as client:
        with pytest.raises(rig.library.ConnectError) as raised:
            await rig.send(client, "POST", f"http://127.0.0.1:{closed_port}/", json={"a": 1})
    answer = sink.only.response
    assert (answer.status, answer.body, answer.error.type) == (None, None, "ConnectError")
    assert answer.error.message == str(raised.value) != ""
    assert json.loads(sink.only.request.body.data) == {"a": 1}


async def test_connect_retried(rig, sink, closed_port):
    """Each connect that a transport retries by itself is an attempt; a listener of the caller still hears."""
    kind = rig.library.AsyncHTTPTransport if rig.asynchronous else rig.library.HTTPTransport
    events = []

    async def listen_later(name, _info):
        events.append(name)

    trace = listen_later if rig.asynchronous else (lambda name, _info: events.append(name))
    async with rig.client(sink, transport=kind(retries=1)) as client:
        with pytest.raises(rig.library.ConnectError):
            await rig.get(client, f"http://127.0.0.1:{closed_port}/", extensions={"trace": trace})
    assert [seen.response.error.type for seen in sink.finished] == ["ConnectError"] * 2
    assert [seen.request.attempt for seen in sink.finished] == [1, 2]
    assert len({seen.request.call_id for seen in sink.finished}) == 1
    assert events.count("connection.connect_tcp.failed") == 2


async def test_retrying_transport_succeeds(rig, sink, server):
    """A transport that may retry, and need not, is one exchange, and leaves no listener behind."""
    kind = rig.library.AsyncHTTPTransport if rig.asynchronous else rig.library.HTTPTransport
    async with rig.client(sink, transport=kind(retries=3)) as client:
        response = await rig.get(client, f"{server.url}/hello")
    assert sink.only.response.body.data == b"hello"
    assert "trace" not in response.request.extensions


async def test_hangup(rig, sink, server):
    """A server that says nothing is an exchange with that error."""
    async with rig.client(sink) as client:
        with pytest.raises(rig.library.RemoteProtocolError):
            await rig.get(client, f"{server.url}/hangup")
    assert sink.only.response.error.type == "RemoteProtocolError"


async def test_timeout(rig, sink, server):
    """A read that times out is an exchange with that error."""
    async with rig.client(sink, timeout=0.05) as client:
        with pytest.raises(rig.library.ReadTimeout):
            await rig.get(client, f"{server.url}/hold")
    assert (sink.only.response.status, sink.only.response.error.type) == (None, "ReadTimeout")


# Transports of every kind


async def test_exact_chunks(rig, sink):
    """A stream of the user's is handed on chunk by chunk, closed once, and recorded."""
    pieces = [b"a", b"", b"bc", b"d" * 10]
    stream = rig.stream_of(lambda: pieces)
    stream.note = "kept"
    response = rig.library.Response(200, stream=stream, extensions={"mine": 1})
    async with rig.client(sink, transport=rig.transport(lambda _request: response)) as client:
        streamed = await rig.get(client, "http://own.test/", stream=True)
        assert streamed is response
        assert streamed.extensions["mine"] == 1
        assert streamed.stream._stream.note == "kept"
        assert await rig.raw(streamed).all() == [b"a", b"bc", b"d" * 10]
        await rig.close(streamed)
    assert stream.closed == 1
    assert sink.only.response.body.data == b"".join(pieces)
    assert sink.only.response.http_version == sink.only.response.remote_address == ""


async def test_stream_error_passes(rig, sink):
    """An error of the user's stream is the very object that the caller catches."""
    fault = OSError("mine")

    def chunks():
        yield b"some"
        raise fault

    response = rig.library.Response(200, stream=rig.stream_of(chunks))
    async with rig.client(sink, transport=rig.transport(lambda _request: response)) as client:
        with pytest.raises(OSError, match="mine") as raised:
            await rig.get(client, "http://own.test/")
    assert raised.value is fault
    assert (sink.only.response.error.type, sink.only.response.error.message) == ("OSError", "mine")


async def test_transport_error_passes(rig, sink):
    """An error of the user's transport is the very object that the caller catches."""
    fault = ValueError("mine")

    def handle(_request):
        raise fault

    async with rig.client(sink, transport=rig.transport(handle)) as client:
        with pytest.raises(ValueError, match="mine") as raised:
            await rig.get(client, "http://own.test/")
    assert raised.value is fault
    assert sink.only.response.error.message == "mine"


async def test_mock_transport(rig, sink):
    """Responses that were never streams are captured at once, content-encoded or not, shared or not."""
    library = rig.library
    shared = library.Response(200, content=GZIPPED, headers={"Content-Encoding": "gzip"})
    requests = []

    def handler(request):
        requests.append((type(request.stream), request.content))
        return shared if request.url.path == "/shared" else library.Response(201, json={"a": 1})

    async with rig.client(sink, transport=library.MockTransport(handler)) as client:
        await rig.send(client, "POST", "http://mock.test/", content=b"in")
        first = await rig.get(client, "http://mock.test/shared")
        again = await rig.get(client, "http://mock.test/shared")
    bodies = [seen.response.body.data for seen in sink.finished]
    assert json.loads(bodies[0]) == {"a": 1}
    assert bodies[1] == GZIPPED
    assert first.json() == again.json()
    assert [seen.response.status for seen in sink.finished] == [201, 200, 200]
    assert [seen.snapshot()[1] for seen in sink.finished] == [seen.response for seen in sink.finished]
    assert requests[0] == (library.ByteStream, b"in")


async def test_streamed_request_to_mock(rig, sink):
    """A transport that reads the request by itself reads it through the tee."""
    library = rig.library
    mock = library.MockTransport(lambda request: library.Response(200, content=request.content))
    async with rig.client(sink, transport=mock) as client:
        response = await rig.send(client, "POST", "http://mock.test/", content=rig.content_of([b"a", b"b"]))
    assert response.content == b"ab" == sink.only.request.body.data


async def test_signing_transport(rig, sink):
    """Headers that a transport adds on the way out are in the exchange."""

    def sign(request):
        request.headers["X-Signed"] = "yes"
        return rig.library.Response(200)

    async with rig.client(sink, transport=rig.transport(sign)) as client:
        await rig.get(client, "http://own.test/")
    assert dict(sink.only.request.headers)["X-Signed"] == "yes"


async def test_applications(rig, sink):
    """Applications called in the same process are captured like any server."""

    def wsgi(environ, start_response):
        body = environ["wsgi.input"].read()
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"wsgi ", body]

    async def asgi(_scope, receive, send):
        body = (await receive())["body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"asgi " + body})

    library = rig.library
    transport = library.ASGITransport(app=asgi) if rig.asynchronous else library.WSGITransport(app=wsgi)
    async with rig.client(sink, transport=transport) as client:
        response = await rig.send(client, "POST", "http://app.test/", content=b"in")
    assert sink.only.response.body.data == response.content
    assert sink.only.request.body.data == b"in"


async def test_mounts_and_proxies(rig, sink, server):
    """Mounts and proxies are captured, those set after instrumentation too."""
    library = rig.library
    mock = library.MockTransport(lambda _request: library.Response(200, content=b"mounted"))
    async with rig.client(sink, mounts={"all://mounted.test": mock}, proxy=server.url) as client:
        assert (await rig.get(client, "http://mounted.test/")).content == b"mounted"
        assert (await rig.get(client, "http://elsewhere.test/hello")).content == b"hello"
        own = client._transport, client._mounts
        client._transport, client._mounts = mock, {}
        assert (await rig.get(client, "http://later.test/")).content == b"mounted"
        client._transport, client._mounts = own
    assert [seen.request.url for seen in sink.finished] == [
        "http://mounted.test/",
        "http://elsewhere.test/hello",
        "http://later.test/",
    ]
    assert server.seen[0].target == "http://elsewhere.test/hello"


async def test_nothing_else_changes(rig, sink, server):
    """Transports stay the objects they were; elapsed time and extensions are as ever."""
    async with rig.client() as client:
        transport, mounts = client._transport, client._mounts
        rig.adapter.instrument_client(client, sink)
        response = await rig.get(client, f"{server.url}/hello")
        assert client._transport is transport
        assert client._mounts is mounts
        assert response.elapsed.total_seconds() > 0
        assert {"http_version", "network_stream", "reason_phrase"} <= set(response.extensions)
        assert type(response.request.stream) is rig.library.ByteStream


async def test_wrapper_is_a_transport(rig, sink):
    """Who asks an instrumented client for its transport gets one, with the attributes of the one inside."""
    mock = rig.library.MockTransport(lambda _request: rig.library.Response(200))
    async with rig.client(sink, transport=mock) as client:
        chosen = client._transport_for_url(rig.library.URL("http://any.test/"))
        kind = rig.library.AsyncBaseTransport if rig.asynchronous else rig.library.BaseTransport
        assert isinstance(chosen, kind)
        assert chosen.handler is mock.handler
