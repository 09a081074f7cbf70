"""Where a command's answer goes, and in which form.

Results go to stdout: as NDJSON (one JSON document a line, UTF-8, always flushed line by line) where it is
a pipe or a file, or `--json` asks for it; for people where it is a terminal, or `--table` asks for it.
Everything else (progress, notes, what to do next) goes to stderr. Colours follow NO_COLOR and the
terminal, and never carry meaning alone.
"""

from __future__ import annotations

import os
import sys
from typing import Literal, TextIO, TypeAlias

import orjson
from rich.console import COLOR_SYSTEMS, Console
from rich.segment import Segment
from rich.text import Text

from captured_exchanges.cli.invocation import command_line
from captured_exchanges.cli.printable import escape_json, one_line

__all__ = ["Form", "Output"]

Form: TypeAlias = Literal["json", "table"]


class _Screen:
    """Lines for people on one stream.

    Rich decides on width and colours and paints the pieces of a line; wrapping, which would cost five
    times as much and break what people copy, is left to the terminal.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._console = Console(file=stream, legacy_windows=False)
        self._colors = COLOR_SYSTEMS.get(self._console.color_system or "")

    @property
    def width(self) -> int:
        """Columns."""
        return self._console.width

    def line(self, text: Text | str) -> None:
        """Write a line."""
        painted = text.copy() if isinstance(text, Text) else Text(text)
        painted.stylize_before(painted.style)  # rich renders a text's own style only beside other spans
        pieces = painted.render(self._console, end="\n")
        if self._console.no_color:
            pieces = Segment.remove_color(pieces)
        self._stream.write("".join(self._painted(piece) for piece in pieces))

    def _painted(self, piece: Segment) -> str:
        return piece.style.render(piece.text, color_system=self._colors) if piece.style else piece.text


class Output:
    """The two streams of one command. Not thread-safe."""

    def __init__(self, form: Form | None = None) -> None:
        stdout = _writable(sys.stdout)
        self.json = form == "json" if form else not stdout.isatty()
        self._stdout = stdout
        self._answer = _Screen(stdout)
        self._notes = _Screen(_writable(sys.stderr))

    @property
    def width(self) -> int:
        """Columns of the terminal; 80 where there is none and COLUMNS does not say."""
        return self._answer.width

    def record(self, record: dict[str, object]) -> None:
        """One NDJSON line, at once."""
        line = orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)
        self._stdout.buffer.write(_escaped(line))
        self._stdout.buffer.flush()

    def line(self, text: Text | str = "") -> None:
        """One line for people, as it is: a terminal folds what is too long, and a copy stays whole."""
        self._answer.line(text)

    def note(self, text: Text | str) -> None:
        """One line beside the answer, on stderr. The text must be printable already."""
        self._notes.line(text)

    def next_command(self, *words: str) -> None:
        """A command to try next, on stderr, for people only."""
        if not self.json:
            self.note(Text(f"  {command_line(*map(one_line, words))}", "bold"))


def _escaped(line: bytes) -> bytes:
    document = line[:-1]
    if document.isascii() and b"\x7f" not in document:
        return line
    return escape_json(document.decode()).encode() + b"\n"


def _writable(stream: TextIO | None) -> TextIO:
    if stream is None:  # `>&-`
        return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - lives as long as the process
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:  # a terminal that cannot show a character gets its escape
        reconfigure(errors="backslashreplace")
    return stream
