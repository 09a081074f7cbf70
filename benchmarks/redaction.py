"""Redaction beside what any JSON tool must spend: one parse and one serialisation of the same bytes.

Asked is: a page of 100 KB without a secret within twice that, one with a secret within eight times, a whole
exchange of 2 KB in 150 us. Cases without a bound show what is worse than usual: names that sound secret and
are none in every line, a password in every record. Every case is that of a connector at work: its redactor
has seen the first pages of the kind, and knows the token that each request shows.
"""

from __future__ import annotations

import secrets
import time
import urllib.parse
from dataclasses import dataclass

import orjson

from benchmarks.interleave import medians
from benchmarks.pages import exchange_of, near_misses, page_of
from captured_exchanges.redaction import Redactor

__all__ = ["report"]

_SMALL, _PAGE = 2_000, 100_000
_NOTHING, _SOMETHING, _MICROSECONDS = 2.0, 8.0, 150.0
_WARM = 100


@dataclass(frozen=True, slots=True)
class _Case:
    """A body, and what is asked of its exchange: a ratio, or microseconds."""

    name: str
    body: bytes
    ratio: float | None = None
    microseconds: float | None = None
    media_type: str = "application/json"

    def verdict(self, seconds: float, json: float) -> str:
        """What was asked, and whether it holds."""
        for asked, got, unit in (
            (self.ratio, seconds / json, " x"),
            (self.microseconds, seconds * 1e6, " us"),
        ):
            if asked is not None:
                return f"asked <= {asked:.0f}{unit}: {'holds' if got <= asked else 'DOES NOT HOLD'}"
        return ""


def report() -> None:
    """Print the cost of whole exchanges, closing verifier included, and what is asked of it."""
    for case in _cases():
        redactor, exchange = Redactor(), exchange_of(case.body, case.media_type)
        for _ in range(_WARM):
            redactor.redact(exchange)
        value = orjson.loads(case.body) if case.media_type == "application/json" else case.body.decode()
        beside = orjson.dumps(value)
        taken = medians(
            {
                "ours": lambda redactor=redactor, exchange=exchange: redactor.redact(exchange),
                "json": lambda beside=beside: orjson.dumps(orjson.loads(beside)),
            },
            rounds=51,
            clock=time.thread_time,
        )
        print(
            f"redact {len(case.body):>7} B, {case.name:<24} {taken['ours'] * 1e6:>8.0f} us "
            f"{taken['ours'] / taken['json']:>6.1f} x (loads + dumps)  "
            f"{case.verdict(taken['ours'], taken['json'])}"
        )


def _cases() -> list[_Case]:
    token = f"ghp_{secrets.token_hex(18)}"
    form = urllib.parse.urlencode([(f"user{at}.name", f"Zoë User {at}") for at in range(60)]).encode()
    return [
        _Case("nothing to remove", page_of(_SMALL), microseconds=_MICROSECONDS),
        _Case("one password", page_of(_SMALL, password=secrets.token_urlsafe(12))),
        _Case("nothing to remove", page_of(_PAGE), ratio=_NOTHING),
        _Case("24 more near-misses each", page_of(_PAGE, every=near_misses())),
        _Case("one password", page_of(_PAGE, password=secrets.token_urlsafe(12)), ratio=_SOMETHING),
        _Case("one token in a text", page_of(_PAGE, note=f"use {token} for now"), ratio=_SOMETHING),
        _Case("a password each", page_of(_PAGE, every={"password": "hunter22"})),
        _Case("a form", form, media_type="application/x-www-form-urlencoded"),
    ]
