"""Foreign text in colours, for people: what was redacted stands out, keys step back.

Takes raw text and returns printable `rich.text.Text`; nothing here reads markup out of data.
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from captured_exchanges.cli.document import lines
from captured_exchanges.cli.printable import one_line, printable
from captured_exchanges.exchange import Json

__all__ = ["json_lines", "labelled", "marked", "text_lines"]

_MARKER = "[REDACTED"
_MARKER_STYLE = "bold black on yellow"
_KEY_STYLE = "cyan"
_LABEL_WIDTH = 9


def marked(text: str, style: str = "") -> Text:
    """One line of foreign text, its redaction markers visible as such."""
    painted = Text(one_line(text), style)
    _paint_markers(painted)
    return painted


def labelled(label: str, text: str | Text) -> Text:
    """`label     text`, indented."""
    shown = marked(text) if isinstance(text, str) else text
    return Text.assemble("  ", (label.ljust(_LABEL_WIDTH), "dim"), " ", shown)


def text_lines(text: str) -> Iterator[Text]:
    """Running text, line by line."""
    for line in printable(text).split("\n"):
        painted = Text(line)
        _paint_markers(painted)
        yield painted


def json_lines(value: Json) -> Iterator[Text]:
    """A value as indented JSON, keys coloured."""
    for line in lines(value):
        painted = Text(one_line(line))
        painted.stylize(_KEY_STYLE, *_key_span(painted.plain))
        _paint_markers(painted)
        yield painted


def _paint_markers(text: Text) -> None:
    start = text.plain.find(_MARKER)
    while start >= 0:
        end = text.plain.find("]", start) + 1 or len(text.plain)
        text.stylize(_MARKER_STYLE, start, end)
        start = text.plain.find(_MARKER, end)


def _key_span(line: str) -> tuple[int, int]:
    """Where the key stands in a line of indented JSON; an empty span where there is none."""
    start = len(line) - len(line.lstrip())
    end = _closing_quote(line, start + 1) if line.startswith('"', start) else -1
    return (start, end + 1) if end >= 0 and line.startswith(":", end + 1) else (0, 0)


def _closing_quote(line: str, start: int) -> int:
    """The first quote that no odd run of backslashes escapes; -1 where there is none."""
    while (end := line.find('"', start)) >= 0:
        before = line[start:end]
        if (len(before) - len(before.rstrip("\\"))) % 2 == 0:
            return end
        start = end + 1
    return -1
