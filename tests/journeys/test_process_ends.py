"""However a process ends, it ends: no stream holds it up, and what was committed stays committed."""

import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest

from captured_exchanges.exchange import Drain, Drained, Open
from captured_exchanges.security import temporary_private_folder, unix_address
from captured_exchanges.store import open_store
from captured_exchanges.syncer import ThreadedExchangeConsumer
from support.conformance_callers import ending
from support.conformance_exchanges import LOOK, OWNER, filled
from support.threaded_calls import PATIENCE, Caller, serving, until

TESTS = Path(__file__).parents[1]
ENDS = {"returns": 0, "raises": 1, "exits": 3}
PARENT = """
import subprocess, sys
subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE).wait()
"""

connectors = pytest.mark.parametrize("style", ["asyncio", "threaded"])


@connectors
@pytest.mark.parametrize("how", ENDS)
def test_a_connector_ends_though_nobody_stopped_it(how, style):
    """With an owner and an observer attached, by its last line, an exception, or an exit: with the code and
    the words of that, and none of ours.
    """
    with child("careless_connector", style, how, stderr=subprocess.PIPE) as (process, channel):
        owner, observer = said(channel, OWNER), said(channel, LOOK)
        complaints = process.stderr.read().decode()
        assert process.wait(PATIENCE) == ENDS[how]
        for caller in (owner, observer):
            caller.rest()
            assert caller.status()[0] is not grpc.StatusCode.OK
    assert_only_its_own_words(how, complaints)


@pytest.mark.parametrize("style", ["asyncio", "threads"])
@pytest.mark.parametrize("how", ENDS)
def test_a_syncer_ends_though_it_never_left_its_consumer(tmp_path, how, style):
    """Likewise; the next one goes on behind what was committed."""
    path = tmp_path / "sync.db"
    with serving(tmp_path, buffer=filled(20)) as served:
        ended = subprocess.run(
            (sys.executable, "-m", "support.forgetful_syncer", served.address, path, "20", style, how),
            cwd=TESTS, timeout=60, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (ended.returncode, ended.stdout) == (ENDS[how], "")
        assert ended.stderr == "" or how == "raises"
        assert_only_its_own_words(how, ended.stderr)
        with open_store(path, "rw") as store:
            with ThreadedExchangeConsumer(served.address, store, sync_id="ours") as consumer:
                report = consumer.drain()
            assert store.exchanges().count() == 20
        assert (report.consistent, report.committed, report.unknown_losses) == (True, 0, 0)


@connectors
def test_a_second_sigterm_is_obeyed_at_once(style):
    """The first lets the owner drain; the second ends the process as if nobody had asked for the first."""
    with child("conformance_child", style) as (process, channel):
        owner = said(channel, OWNER)
        owner.exchanges(3)
        process.send_signal(signal.SIGTERM)
        until(lambda: refused(channel) is grpc.StatusCode.UNAVAILABLE)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == -signal.SIGTERM
        owner.rest()
        assert owner.status()[0] is grpc.StatusCode.UNAVAILABLE


@connectors
@pytest.mark.parametrize("first", ["SIGTERM", "the parent's end of stdin"])
def test_both_signs_together_are_one(style, first):
    """Who stops a whole group of processes sends a connector SIGTERM and has its parent gone, in any order:
    the owner drains all the same, and the code is 0.
    """
    with child("conformance_child", style) as (process, channel):
        owner = said(channel, OWNER)
        owner.exchanges(3, ack=True)
        signs = [lambda: process.send_signal(signal.SIGTERM), process.stdin.close]
        for sign in signs if first == "SIGTERM" else reversed(signs):
            sign()
            until(lambda: refused(channel) is grpc.StatusCode.UNAVAILABLE)
        owner.say(Drain())
        owner.until(Drained)
        owner.half_close()
        assert ending(owner)[0] is grpc.StatusCode.OK
        assert process.wait(PATIENCE) == 0


@connectors
def test_a_connector_whose_parent_is_killed_lets_the_owner_drain_and_ends(style):
    """Nobody is left to tell it anything but the end of its stdin."""
    parent = (sys.executable, "-c", PARENT)
    with child("conformance_child", style, before=parent) as (process, channel):
        owner = said(channel, OWNER)
        owner.exchanges(3, ack=True)
        process.kill()
        process.wait()
        until(lambda: refused(channel) is grpc.StatusCode.UNAVAILABLE)
        owner.say(Drain())
        owner.until(Drained)
        owner.half_close()
        assert ending(owner)[0] is grpc.StatusCode.OK
        assert process.stdout.read() == b"", "the end of it comes when the child has ended"


@contextmanager
def child(module, style, *more, before=(), **pipes):
    """A connector process, and a channel to it."""
    command = (*before, sys.executable, "-m", f"support.{module}", style)
    with (
        temporary_private_folder() as folder,
        subprocess.Popen(
            (*command, unix_address(folder, "s"), *more),
            cwd=TESTS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **pipes,
        ) as process,
    ):  # fmt: skip
        target = process.stdout.readline().decode().strip()
        try:
            with grpc.insecure_channel(target) as channel:
                yield process, channel
        finally:
            process.kill()


def said(channel, *requests):
    """A call that has said this."""
    caller = Caller(channel)
    caller.say(*requests)
    return caller


def refused(channel):
    """The status of a consumer that comes now."""
    late = said(channel, Open(consumer_id="late"))
    assert late.rest() == []
    return late.status()[0]


def assert_only_its_own_words(how, complaints):
    """The host's own exception where it raised, and no line of ours. grpc.aio has its say about a server that
    nobody stopped.
    """
    assert "captured_exchanges" not in complaints, complaints
    assert ("LookupError: the host has a bug" in complaints) == (how == "raises"), complaints
