"""Fuzzing of each body parser: for a while, mutations of a body that carries canaries.

No exception escapes, none is even caught inside, and no canary is kept, whatever surrounds it. Ten minutes
each in `make soak`, of chance; half a minute in CI, and two seconds elsewhere, of the same mutations in every
run. A failure prints the seed that finds it again.
"""

from __future__ import annotations

import os
import random
import time
from dataclasses import replace

import pytest

from captured_exchanges.exchange import Body
from captured_exchanges.redaction import Redactor
from support.examples import CHANCE, SOAK
from support.redaction_exchanges import documents, exchange, survives
from support.redaction_seeds import ENCODINGS, SEEDS, WHOLE, canary, mutated

SECONDS = 600 if SOAK else 30 if os.environ.get("REQUIRE_ALL") else 2
MOST = 1_000_000 if SOAK else 2_000
pytestmark = pytest.mark.timeout(SECONDS + 120)
FEWEST = 20


@pytest.mark.parametrize("kind", SEEDS)
def test_no_exception_and_no_canary_escapes(kind):
    """Whatever surrounds a canary, it goes, and no rule fails."""
    first = (CHANCE if SOAK else random.Random(kind)).getrandbits(48)
    redactor, ends, runs = Redactor(), time.monotonic() + SECONDS, 0
    while runs < FEWEST or (runs < MOST and time.monotonic() < ends):
        once(redactor, kind, first + runs)
        runs += 1


def answered(body, headers):
    """An exchange with this answer."""
    given = exchange(answer_headers=headers)
    return replace(given, response=replace(given.response, body=body))


def once(redactor, kind, seed):
    """One mutation, made of its seed alone."""
    source = random.Random(seed)
    media_type, make = SEEDS[kind]
    secret = canary(source)
    plain = mutated(make(secret), WHOLE.get(kind, str.encode)(secret), source)
    encoding = source.choice([*ENCODINGS, "", "", "", ""])
    data = ENCODINGS[encoding](plain)
    told = source.choice(("", "application/octet-stream", "text/plain", media_type, media_type, media_type))
    labelled = encoding if source.randrange(4) else ""
    headers = tuple(
        (name, value) for name, value in (("content-type", told), ("content-encoding", labelled)) if value
    )
    state = source.choice(("complete", "complete", "complete", "truncated", "abandoned"))
    redacted = redactor.redact(answered(Body(data, len(data), state), headers))
    assert not survives(secret, documents(redacted)), (kind, seed)
    assert not redactor.failures().keys() - {"redaction.verifier_hit"}, (kind, seed, redactor.failures())
