"""What a single value looks like: random, like a credential, like an identity. No names here, no context."""

from __future__ import annotations

import base64
import binascii
import itertools
import math
from collections import Counter

from captured_exchanges.redaction.patterns import compiled

__all__ = [
    "SHORTEST_RANDOM",
    "is_base64",
    "is_basic",
    "is_no_adjective",
    "is_requirement",
    "is_whole_basic",
    "looks_like_credential",
    "looks_random",
    "rounded",
]

SHORTEST_RANDOM = 20
_LONGEST_RANDOM = 4096
_RUN = 16
"""Letters and digits in a row that no word, date or host name has."""
_BITS = 2.8
_OPAQUE = compiled(r"[A-Za-z0-9+/=_.~:*-]+")
_RUNS = compiled(r"[A-Za-z0-9+/]+")
_IDENTITY = compiled(
    r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"  # UUID
    r"|S-1-\d+(?:-\d+)+|arn:aws[a-z-]*:.*|urn:.*"  # SID, ARN, URN
    r"|[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+|[a-z][a-z0-9+.-]*://.*|/[A-Za-z0-9_./-]*"  # e-mail, URL, path
    r"|\d{4}-\d\d-\d\dT.*|[0-9.:+-]+|(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}"  # times, numbers, ids of AWS
    r"|D[A-Z][A-Z0-9]{18}"  # ids of Duo
    r"|(?:[a-zA-Z0-9-]+\.){2,}[a-z]{2,}|ssh-[a-z0-9]+ .*|(?:[0-9a-fA-F]{2}:){7,}[0-9a-fA-F]{2}"  # hosts, keys
)
_BASE64 = compiled(r"[A-Za-z0-9+/]+={0,2}")
_SAID = frozenset(
    """
    invalid incorrect wrong not too the your sent now set valid weak same optional already always only
    case-sensitive for about below above here unknown empty null none must cannot never also different
    unique secure strong shown given kept case from available and still just active inactive ready blank
    true false lost
    """.split()  # noqa: SIM905 - a page of words
)
"""What is said about a password rather than with it; what is shorter is no password."""
_REQUIRING = frozenset("must should is are was cannot can't may needs does has".split())  # noqa: SIM905 - as above
_REQUIRED = _REQUIRING | frozenset(
    """
    a an and as at be been before between both blank case character characters common contain
    contains current different digit digits doesn't don't empty exceed expired field from given have
    include incorrect invalid it least length less letter letters long lower lowercase match maximum
    minimum missing more most new no not null number numbers of old one only or present previous
    previously provided recently required same set short special specified strong symbol symbols
    than that the this to too upper uppercase used value weak with without wrong you your
    """.split()  # noqa: SIM905 - as above
)
"""What is asked of a password, or wrong with it, is said in these words alone."""
_MOMENT = compiled(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)? ?(?:Z|UTC|[+-]\d\d:?\d\d)?")
_LONGEST_MOMENT = 40
_LONGEST_REQUIREMENT = 200
_LARGEST_BOUND = 3
_WORDS = compiled(r"[A-Za-z][a-z]+[0-9]{0,2}(?:[A-Z][a-z]{2,}[0-9]{0,2})+(?:[A-Z]{2,4}|[A-Z][a-z])?")
"""Names in camelCase, which are mixed enough but not random."""
_PIECES = compiled(r"[A-Za-z0-9]+")
_PLAIN = compiled(r"[A-Z]?[a-z]*[0-9]*|[a-z0-9]+|[A-Z0-9]+")
"""Words, numbers and times that names are put together of."""
_LONG = 32
_SHORT = 8


def looks_random(value: str) -> bool:
    """Whether a value is long, opaque and of high entropy, and no well-known kind of identity. Meant for
    values whose name has already raised a suspicion.
    """
    if not SHORTEST_RANDOM <= len(value) <= _LONGEST_RANDOM or not value.isascii():
        return False
    if not _OPAQUE.fullmatch(value) or _IDENTITY.fullmatch(value):
        return False
    longest = max(_RUNS.findall(value), key=len, default="")
    return _is_random(longest) or _is_random(_scattered(value))


def looks_like_credential(value: str) -> bool:
    """Whether a word after `Bearer` or `token:` is a credential rather than prose, or one more assignment."""
    if "=" in value.rstrip("="):
        return False
    return len(value) >= _SHORT and (_is_mixed(value) or _is_word_too_long(value))


def is_basic(value: str) -> bool:
    """Whether a word is the base64 of `user:password`."""
    try:
        decoded = base64.b64decode(value.translate({45: 43, 95: 47}).rstrip("=") + "==", validate=False)
    except (binascii.Error, ValueError):
        return False
    user, colon, _ = decoded.partition(b":")
    return bool(colon) and user.isascii() and user.decode("ascii").isprintable()


def is_whole_basic(value: str) -> bool:
    """The same of a value whose name says no more than that it has to do with authentication: it must be
    base64 to the letter.
    """
    return len(value) >= _SHORT and len(value) % 4 == 0 and bool(_BASE64.fullmatch(value)) and is_basic(value)


def is_base64(value: str) -> bool:
    """Whether a word is base64 rather than a word of prose."""
    is_word = value.isalpha() and (value.islower() or value.isupper() or value.istitle())
    return len(value) % 4 == 0 and not is_word and _BASE64.fullmatch(value) is not None


def is_no_adjective(value: str) -> bool:
    """Whether what follows `the temporary password is` is the password, not something said about it."""
    word = value.strip(".,;:!?)'\"").casefold()
    return word not in _SAID and not word.endswith(("ed", "ing"))


def is_requirement(value: str) -> bool:
    """Whether a value is what a validator says in the place of one: `must not be empty`."""
    words = value.lower().split() if len(value) <= _LONGEST_REQUIREMENT and " " in value else []
    words = [word.strip(".,;:!()'\"") for word in words]
    are_known = all(word in _REQUIRED or (word.isdigit() and len(word) <= _LARGEST_BOUND) for word in words)
    return are_known and not _REQUIRING.isdisjoint(words)


def is_moment(value: str) -> bool:
    """Whether a value is a date with a time of day, and so no secret, whatever its name. A date alone may be
    the answer to a question.
    """
    return len(value) <= _LONGEST_MOMENT and _MOMENT.fullmatch(value) is not None


def rounded(size: int) -> int:
    """A size, rounded up to a power of two."""
    return 1 << (size - 1).bit_length() if size > 0 else 0


def _is_random(run: str) -> bool:
    is_mixed = len(run) >= _RUN and _is_mixed(run) and not _WORDS.fullmatch(run)
    return is_mixed and _entropy(run) > _BITS


def _scattered(value: str) -> str:
    """The letters and digits of URL-safe base64 that has a dash or an underscore in every run; empty where
    most of it are words and numbers.
    """
    pieces = (piece for piece in _PIECES.findall(value) if not _PLAIN.fullmatch(piece))
    joined = "".join(piece for piece in pieces if not _WORDS.fullmatch(piece))
    return joined if 2 * len(joined) > len(value) else ""


def _is_word_too_long(value: str) -> bool:
    return len(value) >= _LONG and value.isalnum()


def _is_mixed(run: str) -> bool:
    digits = any(map(str.isdigit, run))
    upper, lower = any(map(str.isupper, run)), any(map(str.islower, run))
    return (digits and (upper or lower)) or (upper and lower and _changes(run) > len(run) // 4)


def _changes(run: str) -> int:
    return sum(a.isupper() != b.isupper() for a, b in itertools.pairwise(run))


def _entropy(run: str) -> float:
    return -sum(n / len(run) * math.log2(n / len(run)) for n in Counter(run).values())
