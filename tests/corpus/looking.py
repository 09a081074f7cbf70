"""What became of an exchange: which secrets are still there, and what else is no longer what it was."""

import json
import urllib.parse

from captured_exchanges.redaction.marker import MARKED
from captured_exchanges.redaction.patterns import compiled, quoted
from corpus.planting import Nested, Spelled, Whole
from support.redaction_exchanges import FORM, documents, request_of, response_of, survives

__all__ = ["wrongs"]

_SHORTEST_FINDABLE = 10
"""Below it a secret may stand in ids and times by chance; its own place is looked at all the same."""


def wrongs(said, redacted, secrets):
    """What is wrong with a redacted exchange, one line each: leaks, and identities that were destroyed."""
    look = _Look(secrets)
    kept, request, response = documents(redacted), request_of(redacted), response_of(redacted)
    leaks = [
        f"LEAKED {secret}"
        for secret in secrets
        if len(secret) >= _SHORTEST_FINDABLE and survives(secret, kept)
    ]
    look.compare(said.get("url"), request.get("url"), "url")
    look.headers(said.get("headers", ()), request.get("headers", ()), "request header")
    look.headers(said.get("answer_headers", ()), response.get("headers", ()), "response header")
    look.compare(said.get("error"), response.get("error", {}).get("message"), "error")
    look.compare(said.get("reason"), response.get("reason"), "reason")
    look.body(said.get("sent"), said.get("sent_type"), request.get("body"), "sent")
    look.body(said.get("received"), said.get("received_type"), response.get("body"), "received")
    return [*leaks, *look.found]


class _Look:
    def __init__(self, secrets):
        self._secrets = sorted({form for secret in secrets for form in _forms(secret)}, key=len, reverse=True)
        self._any = compiled("|".join(map(quoted, self._secrets))) if self._secrets else None
        self.found = []

    def body(self, content, media_type, body, where):
        if content is None:
            return
        if body["type"] == "omitted":
            self.found.append(f"OMITTED {where}: {body['reason']}")
            return
        if isinstance(content, Spelled):
            content = content.value
        if media_type == FORM:
            content = [list(pair) for pair in urllib.parse.parse_qsl(content, keep_blank_values=True)]
        self.compare(content, body["value"], where)

    def headers(self, given, kept, where):
        for (name, value), shown in zip(given, kept, strict=False):
            self.compare([name, value], shown, where)
        if len(kept) < len(given):
            self.found.append(f"DESTROYED {where}s")

    def compare(self, given, kept, where):
        """Of what was given all must be there still, but for secrets, each of which has become a marker."""
        if isinstance(given, Nested) and given != kept:
            given, kept = given.value, json.loads(kept)
        if given is None or (isinstance(given, Whole) and _is_marker(kept)):
            return
        for at, value in _items(given, kept):
            self.compare(value, kept[at], f"{where}.{at}")
        if not _items(given, kept):
            self._leaf(given, kept, where)

    def _leaf(self, given, kept, where):
        if self._has_secret(given) and str(given) != str(kept):
            self._marked(str(given), str(kept), where)
        elif given != kept or isinstance(given, bool) is not isinstance(kept, bool):
            self.found.append(f"DESTROYED {where}: {given!r} -> {kept!r}")
        elif self._has_secret(given):
            self.found.append(f"LEAKED {where}: {given!r}")

    def _has_secret(self, given):
        scalar = isinstance(given, (str, int, float)) and not isinstance(given, bool)
        return scalar and self._any is not None and self._any.search(str(given)) is not None

    def _marked(self, given, kept, where):
        pieces, at = [], 0
        for match in self._any.finditer(given):
            pieces.append(quoted(given[at : match.start()]))
            at = match.end()
        pieces.append(quoted(given[at:]))
        if not compiled("(?s)" + f"(?:{MARKED})".join(pieces)).fullmatch(kept):
            self.found.append(f"DESTROYED around a secret {where}: {given!r} -> {kept!r}")


def _items(given, kept):
    """What is in an object or array, where the same is in what was kept of it."""
    if isinstance(given, dict) and isinstance(kept, dict) and list(given) == list(kept):
        return list(given.items())
    same = isinstance(given, (list, tuple)) and isinstance(kept, list) and len(given) == len(kept)
    return list(enumerate(given)) if same else []


def _forms(secret):
    """A secret as it may stand in a leaf."""
    escaped = json.dumps(secret)[1:-1]
    return {
        secret,
        urllib.parse.quote(secret, safe=""),
        urllib.parse.quote_plus(secret),
        urllib.parse.quote(secret),
        escaped,
    }


def _is_marker(kept):
    return isinstance(kept, str) and compiled(MARKED).fullmatch(kept) is not None
