"""Headers whose values say how and never what: where a profile keeps no values, these stay, in the grammar
that is theirs. Data only.

A grammar here has no room for data: closed lists of words, dates, a few digits.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["PLAIN_VALUES"]

_MEDIA = (
    r"(?i)(?:application/(?:json|xml|x-www-form-urlencoded|octet-stream|pdf|zip|gzip|x-ndjson|yaml|jwt|graphql"
    r"|(?:scim|problem|hal|ld|vnd\.api)\+json|(?:soap|samlmetadata)\+xml)"
    r"|text/(?:plain|html|csv|xml|yaml|javascript|event-stream)|multipart/(?:form-data|mixed))"
)
_DATE = r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT"
_FEW_DIGITS = r"\d{1,12}"
_CODINGS = r"(?i)(?:gzip|deflate|br|zstd|identity|chunked|[ ,])+"
PLAIN_VALUES: Mapping[str, str] = {
    "content-type": rf"{_MEDIA}(?:\s*;\s*charset=\"?(?:utf-8|us-ascii|iso-8859-1|utf-16)\"?)?",
    "accept": rf"{_MEDIA}|\*/\*",
    **dict.fromkeys(("content-encoding", "transfer-encoding", "accept-encoding"), _CODINGS),
    **dict.fromkeys(("date", "last-modified", "expires"), _DATE),
    "retry-after": rf"{_FEW_DIGITS}|{_DATE}",
    "connection": r"(?i)(?:keep-alive|close|upgrade)",
    **dict.fromkeys(
        ("content-length", "age", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset",
         "x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset", "ratelimit-limit",
         "ratelimit-remaining", "ratelimit-reset"),
        _FEW_DIGITS,
    ),
}  # fmt: skip
"""The name of a header, in lower case, and the pattern of all of its value."""
