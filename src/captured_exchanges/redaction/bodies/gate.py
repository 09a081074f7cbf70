"""The one native pass over JSON, which learns to pass by the near-misses that every page repeats.

A search stops at each hit, and a page of users stops it a thousand times, at `"passwordChanged":` again and
again. So near-misses that recur are built into the automaton: it consumes them whole, and looks for hits
in what is left.

How that is right: the pattern is `(?:near-miss|any byte)*?(?:hit)`, of which RE2 finds the match that a
backtracking engine would find first. That one leaves the loop at a hit wherever it can, and takes a
near-miss whole wherever one begins. Only where nothing is hit in all that follows is a near-miss taken byte
by byte, and hit inside: the last one. Whoever asks knows it, and asks again behind it.
"""

from __future__ import annotations

import threading

from captured_exchanges.redaction.patterns import Match, compiled_gate, compiled_once, quoted

__all__ = ["Gate"]

_OFTEN = 3
"""Hits after which a near-miss is taken to recur."""
_WORTH_IT = 200
"""Hits of recurring near-misses that cost as much as a new automaton; twice as many each time."""
_MOST_SEEN, _MOST_LEARNED, _LONGEST = 4_096, 256, 128


class Gate:
    """Finds what might mean a secret in the bytes of JSON. Thread-safe."""

    def __init__(self, source: str) -> None:
        """`source`: a pattern of everything that might mean one."""
        self._source = source
        self._exact = compiled_gate(source)
        self._pattern = compiled_gate(rf"(?s)\C*?(?:{source})")
        self._lock = threading.Lock()
        self._learned: frozenset[bytes] = frozenset()
        self._seen: dict[bytes, int] = {}
        self._guarded: set[bytes] = set()
        self._wasted = 0
        self._worth_it = _WORTH_IT

    def end_of_hit(self, data: bytes, start: int) -> int:
        """Where the next hit ends, or one inside a near-miss behind which there is none; else -1."""
        match = self._pattern.match(data, start)
        return -1 if match is None else match.end()

    def hit(self, data: bytes, start: int) -> Match[bytes] | None:
        """The next hit, near-misses included."""
        return self._exact.search(data, start)

    def passes_by(self, token: bytes, *, guarded: bool) -> bool:
        """A near-miss was hit: a string, a key with its colon, or a key with its value. It begins at its
        opening quote, and does not end with the quote of another string. `guarded`: a key, which is none
        before an object or an array. Whether that is known already, so that the hit was the last.
        """
        if token in self._learned:
            return True
        if len(token) <= _LONGEST:
            self._seen_again(token, guarded=guarded)
        return False

    def _seen_again(self, token: bytes, *, guarded: bool) -> None:
        with self._lock:
            if len(self._seen) >= _MOST_SEEN:
                self._seen.clear()
            self._seen[token] = times = self._seen.get(token, 0) + 1
            if guarded:
                self._guarded.add(token)
            self._wasted += times > _OFTEN
            if self._wasted >= self._worth_it:
                self._learn()

    def _learn(self) -> None:
        """Builds what recurs into the automaton. Some 30 ms, a few times in the life of a process."""
        self._wasted, self._worth_it = 0, self._worth_it * 2
        often = sorted(self._seen, key=lambda token: -self._seen[token])[:_MOST_LEARNED]
        known = [token for token in often if self._seen[token] > _OFTEN]
        misses = "|".join(quoted(token.decode()) for token in known)
        guards = "".join(rf"|{quoted(token.decode())}[{{\[]" for token in known if token in self._guarded)
        self._pattern = compiled_once(rf"(?s)(?:{misses}|\C)*?(?:{self._source}{guards})")
        self._learned = frozenset(known)
