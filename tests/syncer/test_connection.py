"""A connection that is left is closed, the next one is another; a host's own is never touched."""

import threading

import grpc
import grpc.aio
import pytest

from captured_exchanges.errors import ConnectionRefused
from captured_exchanges.security import new_token
from captured_exchanges.syncer.connection import AioConnection, ThreadedConnection
from support.threaded_calls import until


async def test_it_stays_until_it_is_left(tmp_path):
    """One channel for all calls; after `leave` another, and the first one is closed."""
    connection = AioConnection(f"unix:{tmp_path}/nobody")
    first = connection.channel
    assert connection.channel is first
    connection.leave()
    assert connection.channel is not first
    await connection.close()
    assert first.get_state() is grpc.ChannelConnectivity.SHUTDOWN


def test_of_threads_it_stays_until_it_is_left(tmp_path):
    """The same without a loop; no thread is left of it."""
    connection = ThreadedConnection(f"unix:{tmp_path}/nobody")
    first = connection.channel
    assert connection.channel is first
    connection.leave()
    assert connection.channel is not first
    until(lambda: is_closed(first))
    connection.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "exchange-hang-up"]


def test_a_machine_without_threads_to_spare_closes_it_all_the_same(tmp_path, monkeypatch):
    """It is waited for, then."""
    connection = ThreadedConnection(f"unix:{tmp_path}/nobody")
    first = connection.channel

    def refuse(_thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    connection.leave()
    assert is_closed(first)
    connection.close()


async def test_a_channel_of_the_host_is_neither_left_nor_closed(tmp_path):
    """Whatever comes over it or does not."""
    async with grpc.aio.insecure_channel(f"unix:{tmp_path}/nobody") as channel:
        connection = AioConnection(channel)
        connection.leave()
        assert connection.channel is channel
        await connection.close()
        assert channel.get_state() is not grpc.ChannelConnectivity.SHUTDOWN
    with grpc.insecure_channel(f"unix:{tmp_path}/nobody") as channel:
        connection = ThreadedConnection(channel)
        connection.leave()
        assert connection.channel is channel
        connection.close()
        assert not is_closed(channel)


@pytest.mark.parametrize("kind", [AioConnection, ThreadedConnection])
def test_the_rules_of_who_may_connect_hold(kind):
    """Credentials are for addresses, and an address that may not be dialled is refused when asked for."""
    with pytest.raises(ValueError, match="address"):
        kind(object(), new_token())
    connection = kind("192.0.2.1:443")
    with pytest.raises(ConnectionRefused):
        connection.channel  # noqa: B018


def is_closed(channel):
    """Whether it takes no more calls."""
    try:
        channel.unary_unary("/x/y")(b"", timeout=0.01)
    except ValueError:
        return True
    except grpc.RpcError:
        return False
    raise AssertionError("nobody listens")
