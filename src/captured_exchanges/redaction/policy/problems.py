"""What is wrong with a policy file: all of it at once, each with its line and key."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from captured_exchanges.errors import PolicyError

__all__ = ["PolicyProblems", "Problem", "did_you_mean"]

_MOST_TOLD = 3


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where (line 0: the file as a whole), in which key, and what was expected."""

    line: int
    key: str
    what: str

    def told(self, file: str) -> str:
        """`file:line: key: what`."""
        place = f"{file}:{self.line}" if self.line else file
        return f"{place}: {self.key}: {self.what}" if self.key else f"{place}: {self.what}"


class PolicyProblems(PolicyError):
    """A policy file that cannot be used, with every problem of it; the message has the first few."""

    def __init__(self, file: str, problems: Iterable[Problem]) -> None:
        self.file = file
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        told = [problem.told(file) for problem in self.problems[:_MOST_TOLD]]
        if more := len(self.problems) - len(told):
            told.append(f"and {more} more, which `exchanges policy check {file}` tells")
        super().__init__("; ".join(told))


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """`did you mean 'names'?` where a word is close to one of these, else which there are."""
    known = list(words)
    close = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}"
