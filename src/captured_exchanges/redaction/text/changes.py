"""Changes that a sentence tells: `password changed from … to …`, `changed the token of bob from … to …`.

Only what is said to have been changed: of a secret that was moved from one place to another nothing is shown.
"""

from __future__ import annotations

from collections.abc import Callable

from captured_exchanges.redaction.patterns import Match, compiled
from captured_exchanges.redaction.sweep import Path, Sweep

__all__ = ["Changes"]

_CHANGED = r"(?:chang|updat|modif|rotat|replac|edit|reset|set)(?:ted|ied|ed|es|ing|e)?"
_QUOTE = r"\\*[\"'`]"
_VALUE = rf"(?:{_QUOTE}([^\"'`\\\n]+){_QUOTE}|([^\s\"'`,;]*[^\s\"'`,;.!?)]))"
_CHANGE = compiled(
    rf"((?i:(?:api|access|secret|private|client|signing)[ _-])?[\pL\pN_.-]{{1,64}})(?:{_QUOTE})?"
    r"(?i:(?:\s+(?:for|of|on)\s+\S{1,64})?(?:\s+(?:was|is|has|have|been|being)){0,2}"
    rf"(\s+{_CHANGED})?\s+from\s+{_VALUE}\s+to\s+{_VALUE})"
)
_BEFORE = compiled(rf"(?i)\b{_CHANGED}\b[^.\n]*$")
_ADDRESS = compiled(r"\d+(?:[.:-]\d+)+")
"""An address, a date, a version."""
_REACH = 80


class Changes:
    """Removes what a secret was, and what it has become. Thread-safe."""

    def __init__(self, rule: Callable[[str], str], is_value: Callable[[str], bool]) -> None:
        """`rule` is that of a name, empty for what is no secret's; `is_value` tells values from words."""
        self._rule = rule
        self._is_value = is_value

    def redact(self, text: str, sweep: Sweep, path: Path) -> str:
        """The text without both values of secrets that it says have changed."""
        if " from " not in text:
            return text
        return _CHANGE.sub(lambda match: self._change(text, match, sweep, path), text)

    def _change(self, text: str, match: Match[str], sweep: Sweep, path: Path) -> str:
        rule = self._rule(match[1])
        is_said = match.start(2) >= 0 or _BEFORE.search(text[max(0, match.start() - _REACH) : match.start()])
        if not rule or not is_said:
            return match[0]
        pieces, done = [], match.start()
        for quoted, bare in ((3, 4), (5, 6)):
            start, end = match.span(quoted if match.start(quoted) >= 0 else bare)
            value = text[start:end]
            is_value = match.start(quoted) >= 0 or (self._is_value(value) and not _ADDRESS.fullmatch(value))
            if is_value and "[REDACTED:" not in value:
                sweep.learn(value, rule)
                pieces += [text[done:start], sweep.remove(path, rule, value)]
                done = end
        return "".join((*pieces, text[done : match.end()]))
