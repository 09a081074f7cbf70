"""Hostile clients of a connector, in a process of their own: `python -m support.attacks NAME ADDRESS`.

Each is bounded by a count, and prints how its calls ended, as JSON. They know the protocol, and reach the
socket: what is left to them is to abuse it.
"""

from __future__ import annotations

import json
import os
import random
import socket
import sys
import threading
from collections import Counter
from contextlib import suppress
from itertools import repeat

import grpc

from captured_exchanges.errors import ProtocolViolation
from captured_exchanges.exchange import (
    Ack,
    Drain,
    Filter,
    Heartbeat,
    Limits,
    Open,
    Opened,
    ResumePosition,
)
from captured_exchanges.wire import METHOD, decode_request, decode_response, encode_request

SOAK = 10 if os.environ.get("SOAK") else 1
PATIENCE = 60
OPTIONS = [("grpc.use_local_subchannel_pool", 1), ("grpc.max_send_message_length", -1)]
LOOK = Open(follow=True)
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes.fromhex("000000040000000000")
"""What HTTP/2 begins with, and an empty SETTINGS frame."""


class Attacker:
    """Counts how its calls end."""

    def __init__(self, address):
        self.address = address
        self.codes = Counter()
        self.dice = random.Random(5)

    def channel(self):
        """A connection of its own."""
        return grpc.insecure_channel(self.address, OPTIONS)

    def say(self, channel, *requests):
        """One call that says these, and reads until it ends; what it heard."""
        raws = (r if isinstance(r, bytes) else encode_request(r) for r in requests)
        call = channel.stream_stream(METHOD)(raws, timeout=PATIENCE)
        heard = []
        with suppress(grpc.RpcError):
            heard.extend(call)
        self.codes[call.code().name] += 1
        return heard


def oversized(attacker):
    """Requests at and above each bound, up to more than gRPC takes."""
    with attacker.channel() as channel:
        for size in (128 * 1024 + 1, 1 << 20, (4 << 20) - 64, (4 << 20) + 1, 16 << 20) * 6 * SOAK:
            attacker.say(channel, bytes(size))
            attacker.say(channel, LOOK, Ack("x" * size, 1))


def malformed(attacker):
    """Bytes of all kinds: noise, requests that are cut, requests with bits turned."""
    whole = encode_request(
        Open(consumer_id="c", sync_id="s", resume=(ResumePosition("e", 7),), limits=Limits(1, 2, 3, 4, 0.5))
    )
    with attacker.channel() as channel:
        for _ in range(300 * SOAK):
            noise = attacker.dice.randbytes(attacker.dice.randrange(1, 60))
            turned = bytearray(whole)
            turned[attacker.dice.randrange(len(turned))] ^= 1 << attacker.dice.randrange(8)
            for raw in (b"\xff" + noise, whole[: attacker.dice.randrange(1, len(whole))], bytes(turned)):
                if not _takes_over(raw):
                    attacker.say(channel, raw)


def _takes_over(raw):
    """Whether a turned bit has made a take-over, to which whoever gets this far has a right."""
    try:
        request = decode_request(raw)
    except ProtocolViolation:
        return False
    return isinstance(request, Open) and request.take_over


def out_of_order(attacker):
    """Whatever may be said, at the wrong time or by the wrong one."""
    words = (Open(), Open(consumer_id="thief"), Ack("e", 1), Drain(0.0), Heartbeat(), b"")
    with attacker.channel() as channel:
        for _ in range(60 * SOAK):
            for first in words:
                attacker.say(channel, first, *attacker.dice.choices(words, k=5))


def flood(attacker):
    """An observer that says that it lives, as often as it can."""
    said = threading.Event()

    def words():
        yield encode_request(LOOK)
        yield from repeat(encode_request(Heartbeat()), 40_000 * SOAK)
        said.set()

    with attacker.channel() as channel:
        call = channel.stream_stream(METHOD)(words())
        said.wait()
        call.cancel()
        attacker.codes[call.code().name] += 1


def never_reads(attacker):
    """As many observers as there may be, who take nothing of what they asked for."""
    with attacker.channel() as channel:
        method = channel.stream_stream(METHOD)
        for _ in range(4 * SOAK):
            idle, over = threading.Event(), threading.Semaphore(0)
            calls = [method(_said(Open(), until=idle), timeout=PATIENCE) for _ in range(16)]
            for call in calls:
                if not call.add_callback(over.release):
                    over.release()
            for _ in range(8):  # for half of them there is no place, whichever come last
                over.acquire(timeout=PATIENCE)
            attacker.codes.update(call.code().name for call in calls if not call.is_active())
            for call in calls:
                call.cancel()
            idle.set()


def ten_thousand_opens(attacker):
    """Calls that say nothing, that open and leave, and that are cancelled as soon as they are made."""
    with attacker.channel() as channel:
        method = channel.stream_stream(METHOD)
        for _ in range(20 * SOAK):
            idle = threading.Event()
            silent = [method(_said(until=idle), timeout=PATIENCE) for _ in range(100)]
            quick = [method(_said(LOOK, until=idle), timeout=PATIENCE) for _ in range(150)]
            for _ in range(250):
                method(iter(()), timeout=PATIENCE).cancel()
            for call in silent[:30]:
                attacker.codes[call.code().name] += 1
            for call in (*silent, *quick):
                call.cancel()
            attacker.codes["CANCELLED"] += 470
            idle.set()


def slow_loris(attacker):
    """Connections that never come to the point: before HTTP/2, in its headers, and within a message."""
    beginnings = [PREFACE[:1], PREFACE[:-3], PREFACE, PREFACE + bytes.fromhex("00004001010000000102")]
    path = attacker.address.removeprefix("unix:")
    held = []
    for number in range(200):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(path)
        connection.sendall(beginnings[number % len(beginnings)])
        held.append(connection)
    for _ in range(20 * SOAK):
        for connection in held:
            with suppress(OSError):  # some are cut off by now
                connection.send(b"\0")
        attacker.codes["BYTES"] += len(held)


def forged_acks(attacker):
    """Acks, drains and resumes of who never owned, for the epoch that is told to everybody."""
    with attacker.channel() as channel:
        epoch = decode_response(attacker.say(channel, Open())[0])
        assert isinstance(epoch, Opened)
        for number in range(150 * SOAK):
            attacker.say(channel, LOOK, Ack(epoch.epoch, number))
            attacker.say(channel, LOOK, Drain(0.0))
            attacker.say(channel, Ack(epoch.epoch, number))
            resume = (ResumePosition(epoch.epoch, number),)
            attacker.say(channel, Open(consumer_id=f"thief {number}", resume=resume))


def huge_positions(attacker):
    """Numbers at the ends of their types, wherever one may stand."""
    ends = (2**63 - 1, 2**63, 2**64 - 1)
    with attacker.channel() as channel:
        for number in ends * 10 * SOAK:
            attacker.say(channel, Open(from_sequence=number))
            attacker.say(channel, LOOK, Ack("e", number))
            attacker.say(channel, Open(consumer_id="thief", resume=(ResumePosition("e", number),)))
            attacker.say(channel, Open(limits=Limits(2**32 - 1, 2**64 - 1, 2**32 - 1, 2**32 - 1, 3e11)))
            attacker.say(channel, Open(limits=Limits(max_batch_delay=-3e11)))
            attacker.say(channel, LOOK, Drain(3e11))
            attacker.say(channel, Open(filter=Filter(sync_ids=("x" * 256,) * 65)))


def control_characters(attacker):
    """Names that would act on a terminal, and forge lines of a log, wherever one is quoted."""
    name = "\x1b]0;owned\x07\r\nERROR forged \u202e"
    with attacker.channel() as channel:
        for _ in range(30 * SOAK):
            attacker.say(channel, Open(consumer_id=name))
            attacker.say(channel, Open(consumer_id=name, resume=(ResumePosition(name, 1),)))
            attacker.say(channel, LOOK, Ack(name, 1))
            attacker.say(channel, Open(filter=Filter((name,), (name,), (name,))))


ATTACKS = {
    attack.__name__: attack
    for attack in (
        oversized,
        malformed,
        out_of_order,
        flood,
        never_reads,
        ten_thousand_opens,
        slow_loris,
        forged_acks,
        huge_positions,
        control_characters,
    )
}


def _said(*requests, until):
    """These, and then nothing until the event is set."""
    yield from map(encode_request, requests)
    until.wait(PATIENCE)


if __name__ == "__main__":
    attacker = Attacker(sys.argv[2])
    ATTACKS[sys.argv[1]](attacker)
    print(json.dumps(attacker.codes))  # noqa: T201
