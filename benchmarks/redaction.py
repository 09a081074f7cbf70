"""Redaction beside what any JSON tool must spend: one parse and one serialisation."""

from __future__ import annotations

import orjson

from benchmarks.interleave import medians
from benchmarks.pages import exchange_of, page_of
from captured_exchanges.redaction import Redactor

__all__ = ["report"]


def report() -> None:
    """Print the cost of a whole exchange at several body sizes, clean and with one password in it."""
    redactor = Redactor()
    for size in (2_000, 100_000):
        for with_password in (False, True):
            body = page_of(size, with_password=with_password)
            exchange = exchange_of(body)
            taken = medians(
                {
                    "ours": lambda exchange=exchange: redactor.redact(exchange),
                    "json": lambda body=body: orjson.dumps(orjson.loads(body)),
                }
            )
            kind = "one password" if with_password else "nothing to remove"
            print(
                f"redact {len(body):>7} B, {kind:<18} {taken['ours'] * 1e6:>9.0f} us "
                f"{taken['ours'] / taken['json']:>6.1f} x (loads + dumps)"
            )
