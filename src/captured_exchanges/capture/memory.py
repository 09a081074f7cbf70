"""What a scope remembers: request ids in start order, and the latest redacted responses.

Both are bounded. Responses are kept as their bytes and read only when somebody asks who mentions what: an
index would weigh several times the bytes, and most scopes are never asked.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping

__all__ = ["MAX_REQUEST_IDS", "MAX_RESPONSE_BYTES", "Memory"]

MAX_REQUEST_IDS = 100_000
"""Request ids that a scope lists; later ones are only counted."""
MAX_RESPONSE_BYTES = 8 * 1024 * 1024
"""Bytes of responses that a scope keeps; the oldest go first."""

_BETWEEN_WORDS = b"\"'`\\/,:;=?&#|(){}[]<>\t\r\n\v\f"
_SEPARATE = bytes.maketrans(_BETWEEN_WORDS, b" " * len(_BETWEEN_WORDS))


class Memory:
    """Request ids and responses of one scope. Thread-safe.

    `remember` never waits: a destructor may call it in a thread that is in here already. It leaves the
    response in a queue, and whoever has the lock, or takes it next, puts it in its place.
    """

    __slots__ = ("_arrived", "_bytes", "_ids", "_lock", "_responses", "omitted")

    def __init__(self) -> None:
        self.omitted = 0
        self._lock = threading.Lock()
        self._ids: dict[str, None] = {}
        self._arrived: deque[tuple[str, bytes]] = deque()
        self._responses: OrderedDict[str, bytes] = OrderedDict()  # a dict's head is slow to find
        self._bytes = 0

    def add(self, request_id: str) -> None:
        """An exchange has started. Repeats are harmless."""
        with self._lock:
            if len(self._ids) < MAX_REQUEST_IDS:
                self._ids[request_id] = None
            elif request_id not in self._ids:
                self.omitted += 1

    def request_ids(self) -> tuple[str, ...]:
        """In start order."""
        with self._lock:
            return tuple(self._ids)

    def remember(self, request_id: str, response: bytes) -> None:
        """Keep a response, at the price of the oldest."""
        self._arrived.append((request_id, response))
        if self._lock.acquire(blocking=False):
            try:
                self._settle()
            finally:
                self._lock.release()

    def mentions(self, object_ids: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
        """As `Scope.mentions`."""
        wanted = {
            object_id: frozenset(_words(object_id.encode(errors="surrogatepass"))) for object_id in object_ids
        }
        by_word = _by_longest_word(wanted)
        every_word = frozenset().union(*wanted.values())
        found: dict[str, list[str]] = {}
        for request_id, response in self._in_start_order():
            present = every_word.intersection(_words(response))
            for object_id in (name for word in present for name in by_word.get(word, ())):
                if wanted[object_id] <= present:
                    found.setdefault(object_id, []).append(request_id)
        return {object_id: tuple(request_ids) for object_id, request_ids in found.items()}

    def _in_start_order(self) -> list[tuple[str, bytes]]:
        with self._lock:
            self._settle()
            order = {request_id: place for place, request_id in enumerate(self._ids)}
            known = [item for item in self._responses.items() if item[0] in order]
        return sorted(known, key=lambda item: order[item[0]])

    def _settle(self) -> None:
        while self._arrived:
            request_id, response = self._arrived.popleft()
            self._bytes += len(response) - len(self._responses.pop(request_id, b""))
            self._responses[request_id] = response
            while self._bytes > MAX_RESPONSE_BYTES:
                self._bytes -= len(self._responses.popitem(last=False)[1])


def _words(text: bytes) -> list[bytes]:
    return text.translate(_SEPARATE).split()


def _by_longest_word(wanted: Mapping[str, frozenset[bytes]]) -> dict[bytes, list[str]]:
    """The objects under their longest word, which few responses share: only those are looked at closely."""
    by_word: dict[bytes, list[str]] = {}
    for object_id, words in wanted.items():
        if words:
            by_word.setdefault(max(words, key=len), []).append(object_id)
    return by_word
