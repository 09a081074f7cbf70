import grpc
import grpc.aio
import pytest
from grpc_health.v1 import health_pb2

from captured_exchanges.connector.guard import Guard
from captured_exchanges.connector.reflection import REFLECTION_V1
from captured_exchanges.security import new_token
from captured_exchanges.wire import METHOD
from support.access_servers import ECHO, STYLES, serving
from support.connector_reflection import V1ALPHA

HEALTH = "/grpc.health.v1.Health/Check"
STREAMS = [METHOD, f"/{V1ALPHA}/ServerReflectionInfo", f"/{REFLECTION_V1}/ServerReflectionInfo"]
UNARY = [ECHO, HEALTH, "/test.Host/NoSuchMethod"]


def metadata(token):
    return (("authorization", f"Bearer {token.value}"),)


def bad_metadata(token):
    """What must not pass, by name."""
    value = token.value
    return {
        "no token": (),
        "wrong token": metadata(new_token()),
        "part of the token": (("authorization", f"Bearer {value[:-1]}"),),
        "more than the token": (("authorization", f"Bearer {value}x"),),
        "another scheme": (("authorization", f"Basic {value}"),),
        "no scheme": (("authorization", value),),
        "no value": (("authorization", "Bearer "),),
        "another key": (("x-authorization", f"Bearer {value}"),),
    }


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_token_passes(scheme):
    """However the scheme is spelled, as text and as bytes."""
    token = new_token()
    shown = f"{scheme} {token.value}"
    for value in (shown, shown.encode()):
        assert Guard(token).fault((("user-agent", "x"), ("authorization", value))) == ""


def test_nothing_else_passes_and_nothing_is_quoted():
    """A sentence names the metadata key, never what stood there."""
    token = new_token()
    for name, shown in bad_metadata(token).items():
        fault = Guard(token).fault(shown)
        assert "`authorization`" in fault, name
        assert not any(value in fault for _, value in shown), name
    assert Guard(token).fault(None)
    assert Guard(token).fault((("authorization", "Bearer \udcff"), ("authorization", b"\xff")))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("path", UNARY)
async def test_no_unary_call_passes_without_it(style, path):
    """The host's calls and health; of methods that do not exist nothing is told either."""
    token = new_token()
    async with serving(style, token) as served, grpc.aio.insecure_channel(served.address) as channel:
        for name, shown in bad_metadata(token).items():
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await channel.unary_unary(path)(b"", metadata=shown, timeout=20)
            assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED, name
            assert "bearer token" in refused.value.details()
            assert token.value not in refused.value.details()


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("path", STREAMS)
async def test_no_stream_passes_without_it(style, path):
    """The exchange stream and reflection are refused before a first request has come."""
    token = new_token()
    async with serving(style, token) as served, grpc.aio.insecure_channel(served.address) as channel:
        for name, shown in bad_metadata(token).items():
            call = channel.stream_stream(path)(metadata=shown, timeout=20)
            assert await call.code() is grpc.StatusCode.UNAUTHENTICATED, name


@pytest.mark.parametrize("style", STYLES)
async def test_with_it_every_call_is_answered(style):
    """What the guard lets pass goes its way."""
    token = new_token()
    async with serving(style, token) as served, grpc.aio.insecure_channel(served.address) as channel:
        shown = metadata(token)
        assert await channel.unary_unary(ECHO)(b"hi", metadata=shown, timeout=20) == b"hi"
        health = await channel.unary_unary(HEALTH)(b"", metadata=shown, timeout=20)
        assert health_pb2.HealthCheckResponse.FromString(health).status == 1
        for path in STREAMS:
            call = channel.stream_stream(path)(metadata=shown, timeout=20)
            await call.done_writing()
            while await call.read() is not grpc.aio.EOF:
                pass
            assert await call.code() is grpc.StatusCode.OK
