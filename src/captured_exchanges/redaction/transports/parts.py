"""A part of a document at a time: where a rule fails, its part is left out and counted; the rest stays."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from captured_exchanges.redaction.sweep import Path, Sweep
from captured_exchanges.redaction.text import Text

__all__ = ["FAILED", "Parts"]

log = logging.getLogger(__name__)
T = TypeVar("T")

FAILED = "[REDACTED:failed]"
_LONGEST_LINE = 8_192
"""Characters of an error message, a reason, an intent's word; cut after redaction, never before."""
_LONGEST_COMMON = 64
"""Characters of what may be said again and again: names of methods and types, phrases of HTTP."""
_UUID, _UUID_DIGITS = 36, "0123456789abcdef-"
_COMMON = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "HTTP/1.1", "HTTP/2", "OK"})


class Parts:
    """Makes the parts of documents. Thread-safe. `count` is told of failures, by a fixed name."""

    def __init__(self, text: Text, count: Callable[[str], None]) -> None:
        self._text = text
        self._count = count

    def part(self, sweep: Sweep, path: Path, make: Callable[[], T], instead: T) -> T:
        """A part of a document; where a rule fails, what stands instead."""
        try:
            return make()
        except Exception as failure:  # noqa: BLE001 - fail closed: the part is left out and counted
            self.failed("redaction.part_failed", failure)
            sweep.forget(path)
            sweep.note(path, "failed")
            return instead

    def said(self, text: str, sweep: Sweep, *path: str) -> str:
        """A line that somebody said: a reason, an error's message, a word of the intent."""
        if not text or text in _COMMON or (len(text) == _UUID and not text.strip(_UUID_DIGITS)):
            return text
        if text in self._text.is_clean and self._is_plain_place(sweep):
            return text
        return self.part(sweep, path, lambda: self._heard(text, sweep, path), FAILED)

    def _heard(self, text: str, sweep: Sweep, path: Path) -> str:
        is_common = len(text) <= _LONGEST_COMMON and self._is_plain_place(sweep)
        return text if is_common and self._text.is_clean(text) else self.line(text, sweep, path)

    def _is_plain_place(self, sweep: Sweep) -> bool:
        """Whether a text means here what it means anywhere."""
        return not sweep.oauth and not self._text.additions

    def line(self, text: str, sweep: Sweep, path: Path) -> str:
        """As `said`, but what fails raises."""
        return self._text.scan(text, sweep, path)[:_LONGEST_LINE] if text else ""

    def failed(self, name: str, failure: Exception) -> None:
        """Something failed. Its message may quote what was captured: its type alone is logged."""
        log.warning("%s: %s", name, type(failure).__name__)
        self._count(name)
