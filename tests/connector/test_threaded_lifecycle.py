import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from captured_exchanges.connector import threaded_serve_until_stopped
from captured_exchanges.connector.threaded_lifecycle import StopWatch
from captured_exchanges.exchange import BufferFacts
from captured_exchanges.security import temporary_private_folder, unix_address
from support.connector_server import unary

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@pytest.fixture
def pipe():
    """Our stdin, and the parent's end of it."""
    ends = list(os.pipe())
    yield ends
    for descriptor in ends:
        os.close(descriptor)


def soon(act):
    """Do it from another thread, while this one waits."""
    threading.Thread(target=act).start()


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_stops(number, pipe):
    """SIGTERM and SIGINT ask for the stop; afterwards they do what they did before."""
    before = [signal.getsignal(each) for each in SIGNALS]
    with StopWatch(pipe[0]) as stop:
        soon(lambda: os.kill(os.getpid(), number))
        stop.wait()
    assert [signal.getsignal(each) for each in SIGNALS] == before


def test_the_parents_end_of_stdin_stops(pipe):
    """What a parent says is ignored; that it has gone is not."""
    os.write(pipe[1], b"configuration\n")
    over = threading.Event()

    def watch():
        stop.wait()
        over.set()

    with StopWatch(pipe[0]) as stop:
        soon(watch)
        os.write(pipe[1], b"more\n")
        assert not over.wait(0.05)
        os.close(pipe.pop())
        assert over.wait(20)


def test_a_file_as_stdin_means_nothing():
    """/dev/null is at its end from the start; a connector started so runs on until a signal comes."""
    with open(os.devnull, "rb") as null, StopWatch(null.fileno()) as stop:  # noqa: PTH123 - a device
        soon(lambda: os.kill(os.getpid(), signal.SIGTERM))
        stop.wait()


def test_the_producer_stops_before_the_server(pipe):
    """While owners drain, the server still answers; it ends after that, and the rest is returned."""
    left = BufferFacts("e", 1, 2, 0, retained_exchanges=1)
    answered = []

    def ask():
        with grpc.insecure_channel(address) as channel:
            call = channel.unary_unary("/test.Echo/Say")
            answered.append(call(b"there?", wait_for_ready=True, timeout=20))

    class Draining:
        """A producer whose owner still calls while it drains."""

        def stop(self, grace):
            """Drain."""
            assert grace == 3.0
            ask()
            return left

    def parent():
        ask()
        os.close(pipe.pop())

    with temporary_private_folder() as folder, ThreadPoolExecutor(2) as pool:
        address = unix_address(folder, "s")
        server = grpc.server(pool)
        server.add_generic_rpc_handlers((unary("/test.Echo/Say", lambda request, _context: request),))
        server.add_insecure_port(address)
        soon(parent)
        assert threaded_serve_until_stopped(server, Draining(), grace=3.0, stdin=pipe[0]) is left
    assert answered == [b"there?"] * 2
