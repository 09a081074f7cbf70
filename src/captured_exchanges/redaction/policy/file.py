"""Policy files: TOML in, a Policy or every problem of the file out. For the keys: docs/policies.md."""

from __future__ import annotations

import os
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

from captured_exchanges.errors import PolicyError
from captured_exchanges.redaction.patterns import compiled
from captured_exchanges.redaction.policy.policy import PROFILES, Policy
from captured_exchanges.redaction.policy.problems import PolicyProblems, Problem
from captured_exchanges.redaction.policy.reading import Reading
from captured_exchanges.redaction.policy.rules import kept, removed
from captured_exchanges.redaction.policy.schema import bounds, changes, header, secrets
from captured_exchanges.redaction.values import Families

__all__ = ["load_policy", "parse_policy"]

_MOST_BYTES = 256 * 1024
_PLACE = compiled(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def load_policy(path: str | os.PathLike[str]) -> Policy:
    """The policy in a TOML file, at most 256 KiB. Raises PolicyError, PolicyProblems where it can be read
    and is none: with every problem of it, by line and key. Files that it names are relative to its folder.
    """
    file = Path(path)
    try:
        with file.open("rb") as opened:
            data = opened.read(_MOST_BYTES + 1)
    except OSError as error:
        raise PolicyError(
            f"{file}: {error.strerror}: a policy is a TOML file, or the name of a profile"
        ) from error
    if len(data) > _MOST_BYTES:
        raise PolicyError(f"{file}: more than {_MOST_BYTES} bytes: that is no policy")
    try:
        return parse_policy(data.decode(), str(file), str(file.parent))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PolicyProblems(str(file), [Problem(line, "", "this is no UTF-8, which TOML is")]) from None


def parse_policy(text: str, file: str, folder: str = "") -> Policy:
    """The policy of a text that stands in `file`. Raises PolicyProblems."""
    text = text.replace("\r\n", "\n")
    if held := _secrets_in(text):
        raise PolicyProblems(file, held)
    try:
        return _parsed(text, file, folder)
    except tomllib.TOMLDecodeError as error:
        raise PolicyProblems(file, [_syntax(str(error), text)]) from None
    except RecursionError:
        raise PolicyProblems(file, [Problem(1, "", "this nests deeper than any policy does")]) from None


def _parsed(text: str, file: str, folder: str) -> Policy:
    document, reading = tomllib.loads(text), Reading(text)
    policy = _policy(reading, document, folder)
    if policy is None or reading.problems:
        raise PolicyProblems(file, reading.problems)
    return policy


def _policy(reading: Reading, document: dict[str, Any], folder: str) -> Policy | None:
    """None where there is a problem."""
    said = {**header(reading, document), **bounds(reading, document)}
    sources = secrets(reading, document, folder)
    sides = {side: changes(reading, document, side) for side in ("remove", "keep")}
    if reading.problems:
        return None
    extended = PROFILES[said.pop("extends")]
    try:
        policy = replace(extended, **said, secrets=sources)
        return kept(removed(policy, sides["remove"]), sides["keep"])
    except PolicyError as error:
        key, _, what = str(error).partition(": ")
        reading.problem((key,) if key in document else ("keep", key), what)
        return None


def _syntax(message: str, text: str) -> Problem:
    place = _PLACE.search(message)
    what = message if place is None else message[: place.start()]
    if place is None or place[1] is None:
        return Problem(
            text.rstrip("\n").count("\n") + 1, "", f"this is no TOML: {what}, noticed at the end of the file"
        )
    return Problem(int(place[1]), "", f"this is no TOML: {what} (column {place[2]})")


def _secrets_in(text: str) -> list[Problem]:
    """Lines that hold what anybody would know for a credential: no message may quote them, and the file is
    no place for it.
    """
    families = Families()
    return [
        Problem(at, "", "this line holds what looks like a credential: a policy names where secrets are "
                "([[secrets]] with env or file), and holds none")
        for at, line in enumerate(text.split("\n"), 1)
        if families.survivor(line.encode())
    ]  # fmt: skip
