"""Rule 11: a connector that is told to stop lets its owner drain."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import grpc
import pytest
from grpc import StatusCode

from captured_exchanges.exchange import Drain, Drained, Open, Opened
from captured_exchanges.security import temporary_private_folder, unix_address
from support.conformance_callers import ending
from support.conformance_exchanges import LOOK, OWNER, filled
from support.conformance_servers import SERVERS
from support.threaded_calls import PATIENCE, Caller, until

TESTS = Path(__file__).parents[1]


def stopping(connector, deadline=1000.0):
    """It has begun to stop; what is left in the end."""
    left = connector.stop(deadline)
    until(lambda: connector.standing.stopping)
    return left


def test_rule_11_stopping_refuses_new_owners_and_lets_the_attached_one_drain(pairing, caplog):
    """Nothing is left then, and nothing is logged; once the owner has gone nobody is waited for."""
    with pairing.connector(filled(10)) as connector:
        owner, _ = connector.opened(OWNER)
        observer, _ = connector.opened(LOOK)
        left = stopping(connector)
        for late in (Open(consumer_id="late"), Open(consumer_id="late", take_over=True)):
            assert connector.refused(late)[0] is StatusCode.UNAVAILABLE
        owner.say(Drain())
        owner.exchanges(10, ack=True)
        owner.until(Drained)
        owner.half_close()
        assert ending(owner)[0] is StatusCode.OK
        assert ending(observer)[0] is StatusCode.UNAVAILABLE
        assert left.result(PATIENCE).retained_exchanges == 0
    assert caplog.records == []


def test_rule_11_stopping_ends_every_stream_at_the_deadline_and_logs_what_is_left(pairing, caplog):
    """Owner and observer end UNAVAILABLE, announced."""
    caplog.set_level(logging.WARNING)
    with pairing.connector(filled(10)) as connector:
        owner, _ = connector.opened(OWNER)
        observer, _ = connector.opened(LOOK)
        left = stopping(connector, deadline=0.1)
        assert [ending(caller)[0] for caller in (owner, observer)] == [StatusCode.UNAVAILABLE] * 2
        assert left.result(PATIENCE).retained_exchanges == 10
        assert connector.standing.streams == 0
    assert "10 exchanges" in caplog.text


def test_rule_11_stopping_waits_for_nobody_where_nobody_owns(pairing):
    """Without an owner the streams end at once, and new ones too."""
    with pairing.connector(filled(1)) as connector:
        observer, _ = connector.opened(LOOK)
        left = stopping(connector)
        assert ending(observer)[0] is StatusCode.UNAVAILABLE
        assert left.result(PATIENCE).retained_exchanges == 1
        assert connector.refused()[0] is StatusCode.UNAVAILABLE


def test_rule_11_stopping_lets_a_consumer_finish(pairing, store):
    """A syncer whose connector is told to stop still gets its attestation."""
    with pairing.connector(filled(300)) as connector:
        with pairing.consumer(connector, store) as consumer:
            until(lambda: consumer.report.committed)
            left = stopping(connector)
            assert consumer.drain().consistent
        assert left.result(PATIENCE).retained_exchanges == 0


def test_rule_11_stopping_is_no_end_for_a_consumer(pairing, store):
    """UNAVAILABLE may heal: it goes on trying, and says why."""
    with pairing.connector(filled(1)) as connector, pairing.consumer(connector, store) as consumer:
        until(lambda: consumer.report.committed)
        stopping(connector, deadline=0.05)
        until(lambda: "stopping" in consumer.report.trouble)
        assert consumer.report.state == "connecting"
        assert consumer.report.error is None


@pytest.mark.parametrize("sign", ["SIGTERM", "the parent's end of stdin"])
@pytest.mark.parametrize("style", SERVERS)
def test_rule_11_stopping_begins_when_a_process_is_told_to(style, sign):
    """On either sign: no new owner, the attached one drains, and the process ends with code 0."""
    command = [sys.executable, "-m", "support.conformance_child", style]
    with (
        temporary_private_folder() as folder,
        subprocess.Popen(
            [*command, unix_address(folder, "s")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(TESTS)},
        ) as child,
    ):
        target = child.stdout.readline().decode().strip()
        with grpc.insecure_channel(target) as channel:
            owner = said(channel, OWNER)
            owner.until(Opened)
            child.send_signal(signal.SIGTERM) if sign == "SIGTERM" else child.stdin.close()
            until(lambda: refused(channel) is StatusCode.UNAVAILABLE)
            owner.say(Drain())
            owner.exchanges(3, ack=True)
            owner.until(Drained)
            owner.half_close()
            assert ending(owner)[0] is StatusCode.OK
        assert child.wait(PATIENCE) == 0


def said(channel, *requests):
    """A call that has said this."""
    caller = Caller(channel)
    caller.say(*requests)
    return caller


def refused(channel):
    """The status of a consumer that comes now. Before the stop it is told who owns."""
    late = said(channel, Open(consumer_id="late"))
    assert late.rest() == []
    return late.status()[0]
