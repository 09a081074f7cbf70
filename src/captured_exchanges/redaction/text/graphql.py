"""GraphQL: arguments, fields of input objects and defaults of variables that are named like secrets. Strings
and numbers go; variables, enums and types stay, and so does every field that is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

from captured_exchanges.redaction.marker import MARKED, is_marked, is_marker
from captured_exchanges.redaction.names import Effect, Names
from captured_exchanges.redaction.patterns import Match, compiled
from captured_exchanges.redaction.sweep import Path, Sweep

__all__ = ["GraphQL", "is_said_to_be_graphql"]

_BEFORE = r"\s*(?:#[^\n]*\n\s*)*"
_SAYS = r"(?:query|mutation|subscription)(?:\s+[A-Za-z_]\w*)?\s*[({@]|fragment\s+\w+\s+on\s"
_SAYS_SO = compiled(rf"{_BEFORE}(?:{_SAYS})")
_LOOKS = compiled(rf"{_BEFORE}(?:{_SAYS}|\{{\s*[A-Za-z_]\w*\s*(?:[({{]|:\s*[A-Za-z_]\w*\s*[({{]))")
_TOKEN = compiled(
    rf"(?s){MARKED}|#[^\n]*|(\"\"\".*?(?:\"\"\"|\z)|\"(?:[^\"\\\n]|\\.)*(?:\"|\z|\n))|([A-Za-z_]\w*)|(-?[0-9][0-9.eE+-]*)"
    r"|([{}()\[\]:=$])"
)
_STRING, _NAME, _NUMBER, _MARK = range(1, 5)
_HEAD = 2_048


@dataclass(slots=True)
class _State:
    """Where in a document the reading is."""

    name: str = ""
    """The last name read."""
    variable: str = ""
    """The last variable defined."""
    rule: str = ""
    """By which the next value goes."""
    harmless: bool = False
    """Whether a harmless value stays under that rule."""


def is_said_to_be_graphql(text: str) -> bool:
    """Whether a text begins with one of the words of GraphQL: then a name behind a colon is no value."""
    return _SAYS_SO.match(text[:_HEAD]) is not None


class GraphQL:
    """Redacts GraphQL documents. Thread-safe."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def redact(self, text: str, sweep: Sweep, path: Path) -> str:
        """The text without the values of secret arguments; as it is where it is no GraphQL."""
        if _LOOKS.match(text[:_HEAD]) is None:
            return text
        state, above = _State(), [""]
        pieces, done = [], 0
        for token in _TOKEN.finditer(text):
            if is_marked(token[0]):
                continue
            if token.start(_STRING) >= 0 or token.start(_NUMBER) >= 0:
                start, end = _inside(token)
                value, rule = text[start:end], state.rule or above[-1]
                if rule and value and not is_marker(value) and not self._stays(value, state):
                    sweep.learn(value)
                    pieces += [text[done:start], sweep.remove(path, rule, value)]
                    done = end
                state.rule = ""
            else:
                self._read(token[0], state, above, is_name=token.start(_NAME) >= 0)
        return "".join((*pieces, text[done:])) if pieces else text

    def _read(self, piece: str, state: _State, above: list[str], *, is_name: bool) -> None:
        """What a token means for those that follow."""
        if is_name:
            state.variable = piece if state.name == "$" else state.variable
            state.name, state.rule = piece, ""
        elif piece == "$":
            state.name = piece
        elif piece in (":", "="):
            self._judge(state.name if piece == ":" else state.variable, state)
        elif piece in ("{", "[", "("):
            above.append(state.rule or ("" if piece == "(" else above[-1]))
            state.rule = ""
        elif piece in ("}", "]", ")") and len(above) > 1:
            above.pop()

    def _judge(self, name: str, state: _State) -> None:
        info = self._names.of(name)
        state.rule = info.rule.replace("name.", "text.", 1) if info.secret else ""
        state.harmless = info.effect is Effect.SCALAR

    def _stays(self, value: str, state: _State) -> bool:
        return bool(state.rule) and state.harmless and self._names.is_harmless(value)


def _inside(token: Match[str]) -> tuple[int, int]:
    """A value without its quotes."""
    start, end = token.span()
    for quotes in ('"""', '"'):
        if token[0].startswith(quotes):
            is_closed = len(token[0]) >= 2 * len(quotes) and token[0].endswith(quotes)
            return start + len(quotes), end - len(quotes) if is_closed else end
    return start, end
