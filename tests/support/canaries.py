"""Canaries: fresh secrets of every family and in every named place, to be planted and searched for.

What is searched for is the longest run that was drawn at random, so that half a canary is found too.
"""

from __future__ import annotations

import base64
import json
import os
import random
import secrets
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from captured_exchanges.redaction.values.table import FAMILIES, Family, example

FAMILIES_A_MESSAGE = 20
_LENGTH = 24
_BLANK = "<"
SHORTEST_CORE = 10
"""Characters below which a piece may be found anywhere by chance."""


@dataclass(frozen=True)
class Canary:
    """One secret: what is planted, and what of it is looked for."""

    text: str
    core: str


class Canaries:
    """Makes them, and tells each one that it has made. For one thread."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._source = random.Random(os.urandom(16))
        self._next = 0

    def named(self) -> str:
        """A password or token that only its place gives away."""
        letters = self._source.choices(string.ascii_letters, k=_LENGTH - 4)
        made = "".join((*letters, *self._source.choices(string.digits, k=4)))
        self._tell(made)
        return made

    def of_families(self, count: int = FAMILIES_A_MESSAGE) -> list[str]:
        """Members of the next so many families, each from one of its templates."""
        rows = [FAMILIES[(self._next + at) % len(FAMILIES)] for at in range(count)]
        self._next += count
        return [self._member(row) for row in rows]

    def _member(self, row: Family) -> str:
        made = canary(row, self._source.choice(row.templates), self._source)
        if len(made.core) >= SHORTEST_CORE:
            self._tell(made.core)
        return made.text


def canary(row: Family, template: str, source: random.Random) -> Canary:
    """A member of a family, and the longest piece of its secret that was drawn: what a pattern leaves around
    the secret is an id. Drawn until the row takes it for one: some want to see digits.
    """
    while True:
        drawn: list[str] = []
        text = "".join(_filled(template, source, drawn))
        match = row.compile().search(text)
        secret = match[1] if row.compile().groups else match[0]
        if row.accept is None or row.accept(secret):
            return Canary(text, max((each for each in drawn if each in secret), key=len))


def _filled(template: str, source: random.Random, drawn: list[str]) -> Iterator[str]:
    """A template in pieces, its blanks filled; what was drawn is noted."""
    plain, *blanks = template.split(_BLANK)
    yield plain
    for piece in blanks:
        blank, closed, rest = piece.partition(">")
        drawn.append(example(f"{_BLANK}{blank}{closed}", source))
        yield from (drawn[-1], rest)


def request_headers(made: Canaries) -> dict[str, str]:
    """Named places in the headers of a request, and families in a header that has nothing to say."""
    notes = [text for text in made.of_families() if "\n" not in text]
    return {
        "X-Api-Key": made.named(),
        "X-Acme-Client-Secret": made.named(),
        "Cookie": f"theme=dark; JSESSIONID={made.named()}",
        "Proxy-Authorization": "Basic " + base64.b64encode(f"proxy:{made.named()}".encode()).decode(),
        "Referer": f"https://alice:{made.named()}@example.test/x?access_token={made.named()}",
        "X-Note": f"seen {' and '.join(notes)} today",
    }


def request_params(made: Canaries) -> dict[str, str]:
    """Named places in a URL, and families in a parameter."""
    return {
        "access_token": made.named(),
        "redirect": f"https://bob:{made.named()}@example.test/?client_secret={quote(made.named())}",
        "note": " ".join(made.of_families(4)),
    }


def document(made: Canaries) -> dict[str, object]:
    """Named places in a body, nested, in strings and in pairs; families in text."""
    return {
        "password": made.named(),
        "nested": [
            {"clientSecret": {"value": made.named()}},
            {"a": [{"b": {"refresh_token": made.named()}}]},
        ],
        "pairs": [{"name": "api_key", "value": made.named()}],
        "text": f'failed: {{"password": "{made.named()}", "user": "bob"}}',
        "json": json.dumps({"db": {"connectionString": f"Server=db;Uid=app;Pwd={made.named()}"}}),
        "url": f"postgres://app:{made.named()}@db.example.test/x",
        "line": f"login with password={made.named()} as bob",
        "notes": [f"found {text} here" for text in made.of_families()],
    }


def echoes(secret: str) -> dict[str, str]:
    """A secret of the request as a response may say it again."""
    return {
        "message": f"no access with {secret}.",
        "encoded": base64.b64encode(f"x{secret}y".encode()).decode(),
        "hex": secret.encode().hex(),
        "link": f"https://example.test/{quote(secret)}/x",
    }


def marker() -> str:
    """What tells a canary's request from others."""
    return secrets.token_hex(8)
