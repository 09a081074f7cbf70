"""Exchanges to redact, secrets to plant in them, and a look for what survived."""

import json
import random
import string
import urllib.parse
from dataclasses import replace

from hypothesis import strategies as st

from captured_exchanges.exchange import Body, Exchange, Failure, HttpRequest, HttpResponse, Intent
from captured_exchanges.redaction.encodings import spellings
from captured_exchanges.redaction.marker import Marker
from captured_exchanges.redaction.sweep import Sweep
from support.examples import CHANCE

JSON, FORM, PLAIN = "application/json", "application/x-www-form-urlencoded", "text/plain"


def sweep(**options):
    """A sweep of its own."""
    return Sweep(Marker(), **options)


def fresh_secret(seed=None, length=20):
    """A secret of letters and digits, made now."""
    source = CHANCE if seed is None else random.Random(seed)
    letters = source.choices(string.ascii_letters, k=length - 4)
    return "".join((*letters, *source.choices(string.digits, k=4)))


def body(content, *, state="complete"):
    """A whole body of bytes, of text, or of anything else as JSON."""
    if isinstance(content, str):
        content = content.encode()
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Body(data, len(data), state)


def exchange(
    *,
    url="https://api.example.test/v1/users?limit=2",
    method="GET",
    headers=(),
    sent=None,
    sent_type=JSON,
    status=200,
    reason="OK",
    answer_headers=(),
    received=None,
    received_type=JSON,
    error=None,
    remote_address="",
    intent=None,
    state="complete",
):
    """An exchange with these parts; `sent` and `received` as for `body`."""
    return Exchange(
        request_id="0190-request",
        transport_kind="http",
        request=HttpRequest(
            method,
            url,
            (*headers, *_typed(sent, sent_type)),
            None if sent is None else body(sent),
            1_700_000_000_123_456_789,
            "HTTP/1.1",
            2,
            "call-1",
        ),
        response=HttpResponse(
            status,
            12.34567,
            reason,
            (*answer_headers, *_typed(received, received_type)),
            None if received is None else body(received, state=state),
            "HTTP/1.1",
            None if error is None else Failure("ConnectError", error),
            remote_address,
        ),
        intent=intent or Intent("list", "ListUsers", "user"),
        captured_at=1_700_000_000_987_654_321,
        sync_id="sync-1",
    )


def _typed(content, media_type):
    return () if content is None else (("Content-Type", media_type),)


def unanswered(message):
    """An exchange that ended in an exception."""
    known = exchange(status=None, reason="", error=message)
    return replace(known, response=replace(known.response, body=None))


def request_of(redacted):
    """The request document."""
    return json.loads(redacted.request_json)


def response_of(redacted):
    """The response document."""
    return json.loads(redacted.response_json)


def documents(redacted):
    """All bytes that would be kept."""
    return b"\n".join(
        document or b"" for document in (redacted.request_json, redacted.response_json, redacted.intent_json)
    )


def survives(secret, kept):
    """Whether a secret is in kept bytes, in whatever spelling."""
    layers = [kept, urllib.parse.unquote_to_bytes(kept)]
    layers.append(urllib.parse.unquote_to_bytes(layers[-1]))
    return any(form in layer for layer in layers for form in spellings(secret.encode()))


secrets = st.builds(fresh_secret, st.integers(0, 2**64), st.integers(12, 40))


def json_documents(words, max_leaves):
    """Small JSON documents whose strings and keys are drawn from `words`."""
    return st.recursive(
        st.none() | st.booleans() | st.integers(0, 9) | words,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=4),
        max_leaves=max_leaves,
    )
