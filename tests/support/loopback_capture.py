"""Every byte that crosses the loopback interface, as an eavesdropper with root's rights sees it."""

from __future__ import annotations

import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

_ALL_PROTOCOLS = 0x0003
_BUFFER = 64 * 1024 * 1024
_LONGEST = 1 << 17
_DISCARD = 9


class Capture:
    """What has crossed since it began."""

    def __init__(self, tap: socket.socket) -> None:
        self._tap = tap
        self._frames: list[bytes] = []
        self._arrived = threading.Condition()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def stop(self) -> None:
        """Listen no more."""
        self._over.set()
        self._thread.join()

    def seen(self, port: int) -> bytes:
        """Payloads of TCP segments from and to a port, all up to now, each direction in order."""
        self._catch_up()
        found: dict[bool, bytearray] = {True: bytearray(), False: bytearray()}
        for frame in list(self._frames):
            segment = _segment(frame)
            if segment is not None and port in segment[:2]:
                found[segment[1] == port] += segment[2]
        return bytes(found[True] + found[False])

    def _catch_up(self) -> None:
        """Wait for a frame of our own: then all that crossed before it is here."""
        mark = secrets.token_bytes(16)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as marker:
            marker.sendto(mark, ("127.0.0.1", _DISCARD))
        with self._arrived:
            assert self._arrived.wait_for(lambda: any(each.endswith(mark) for each in self._frames), 20)

    def _listen(self) -> None:
        self._tap.settimeout(0.05)
        while not self._over.is_set():
            try:
                frame, origin = self._tap.recvfrom(_LONGEST)
            except TimeoutError:
                continue
            if origin[2] == socket.PACKET_OUTGOING:  # loopback shows each frame twice
                continue
            with self._arrived:
                self._frames.append(frame)
                self._arrived.notify_all()


def _segment(frame: bytes) -> tuple[int, int, bytes] | None:
    """Source port, destination port and payload of an IPv4 TCP frame."""
    packet = frame[14:]
    if len(packet) < 40 or packet[0] >> 4 != 4 or packet[9] != socket.IPPROTO_TCP:
        return None
    header = (packet[0] & 0xF) * 4
    segment = packet[header : int.from_bytes(packet[2:4]) or None]
    source, destination = int.from_bytes(segment[:2]), int.from_bytes(segment[2:4])
    return source, destination, segment[(segment[12] >> 4) * 4 :]


@contextmanager
def loopback_capture() -> Iterator[Capture]:
    """Listen for the length of a block; skips the test where that is not allowed."""
    if not hasattr(socket, "AF_PACKET"):
        pytest.skip("needs packet sockets: Linux")
    try:
        tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.ntohs(_ALL_PROTOCOLS))
    except PermissionError:
        pytest.skip("needs to capture the loopback: run as root, or with CAP_NET_RAW")
    with tap:
        tap.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        tap.bind(("lo", _ALL_PROTOCOLS))
        capture = Capture(tap)
        try:
            yield capture
        finally:
            capture.stop()
