"""Registered secrets: known values that are removed wherever they turn up, in every spelling.

What was registered by hand, what requests have shown and what documents have told are kept apart, each
within its bound, the oldest going first. The values are held in memory: they have to be found inside other
text, for which a hash is no use. Nothing here shows them: no repr, no log.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable

from captured_exchanges.redaction.encodings import spellings, unquoted
from captured_exchanges.redaction.patterns import Match, Pattern, compiled_once, quoted

__all__ = ["VOCABULARY", "Needles", "Registry", "is_findable"]

MAX_REGISTERED = 1_024
MAX_OBSERVED = 128
MAX_LEARNED = 128
_SHORTEST_REGISTERED = 4
_SHORTEST_OBSERVED = 8
_DISTINCT = 4
_RECENT = 8
_BLOCK = 64
_THIN = 4

VOCABULARY = (
    "kind method url headers body started_at http_version attempt call_id status reason duration_ms "
    "error remote_address redactions path rule type value media_type size decoded_size state truncated "
    "complete abandoned omitted json form text multipart parts name filename repaired "
    "message surface entrypoint resourceType statement parameters dialect database columns rows row_count "
    "operation base scope filter attributes dn changes page result_code description entries binary base64 "
    "search modify modify_dn compare extended delete replace count detail entry_count objectClass "
    "REDACTED name. value. header. url. text. sql. ldap. detail. policy. registered authorization "
    "proxy-authorization set-cookie "
    "cookie password passwords application/json application/x-www-form-urlencoded text/plain "
    "content-type content-length content-encoding user-agent accept-encoding client_credentials "
    "authorization_code refresh_token access_token id_token username undefined anonymous administrator "
    "Administrator required disabled enabled unknown"
)
"""Words that documents are made of; none of them, and no part of one, can be a registered secret."""
_VOCABULARY = VOCABULARY.casefold()


class Needles:
    """A fixed set of secrets in all their spellings, as one thing to search for. Thread-safe."""

    __slots__ = ("_pattern", "_secrets", "_spellings")

    def __init__(self, secrets: Iterable[bytes], *, lasting: bool = False) -> None:
        """`lasting`: they will be searched for often enough to be worth an automaton."""
        self._secrets = {form: secret for secret in secrets for form in spellings(secret)}
        self._spellings = sorted(self._secrets, key=len, reverse=True)
        self._pattern: Pattern | None = None
        if lasting:
            self._pattern = compiled_once("|".join(quoted(form.decode()) for form in self._spellings))

    def found(self, data: bytes) -> bool:
        """Whether any secret is in there, percent-encoded in whatever way included."""
        return self.occurs(data) or any(map(self.occurs, unquoted(data)))

    def occurs(self, data: bytes) -> bool:
        """Whether any secret is in there as it stands."""
        if self._pattern is None:
            return any(form in data for form in self._spellings)
        return self._pattern.search(data) is not None

    def replace(self, text: str, removed: Callable[[bytes], str]) -> str:
        """The text with each secret replaced by what `removed(secret)` returns."""
        if self._pattern is None:
            for form in self._spellings:
                if (spelled := form.decode()) in text:
                    text = text.replace(spelled, removed(self._secrets[form]))
            return text
        return self._pattern.sub(lambda match: self._replaced(match, removed), text)

    def _replaced(self, match: Match[str], removed: Callable[[bytes], str]) -> str:
        return removed(self._secrets[match[0].encode()])


class Registry:
    """The secrets of one Redactor. Thread-safe.

    An automaton is costly to build, so the newest few have none until there are enough of them to be worth
    one; and beyond some size it is a thousand times slower (RE2 gives up its cache of states), so they are
    kept in blocks, of which only the newest is ever built anew.
    """

    def __init__(self, on_failure: Callable[[str], None]) -> None:
        self._on_failure = on_failure
        self._lock = threading.Lock()
        self._registered: OrderedDict[bytes, None] = OrderedDict()
        self._observed: OrderedDict[bytes, None] = OrderedDict()
        self._learned: OrderedDict[bytes, None] = OrderedDict()
        self._recent: list[bytes] = []
        self._blocks: list[tuple[tuple[bytes, ...], Needles]] = []
        self._needles: tuple[Needles, ...] | None = ()

    def register(self, value: str | bytes) -> None:
        """A secret for good, as far as the bound allows. One that is too short or too common to be told from
        data cannot be found, which is counted.
        """
        secret = _bytes(value)
        if len(secret) < _SHORTEST_REGISTERED or _is_vocabulary(secret):
            self._on_failure("redaction.secret_not_registrable")
        elif self._add(self._registered, secret, MAX_REGISTERED):
            self._on_failure("redaction.registry_full")

    def observe(self, value: str) -> None:
        """A secret that a request has shown."""
        secret = _bytes(value)
        is_known = secret in self._observed
        if is_known or (is_findable(secret) and secret not in self._registered):
            self._add(self._observed, secret, MAX_OBSERVED)

    def learn(self, value: str) -> None:
        """A secret that a document has told. These have a shelf of their own: however many come, what
        requests have shown stays known.
        """
        secret = _bytes(value)
        if is_findable(secret) and secret not in self._registered and secret not in self._observed:
            self._add(self._learned, secret, MAX_LEARNED)

    def needles(self) -> tuple[Needles, ...]:
        """All of them at this moment."""
        needles = self._needles
        return needles if needles is not None else self._built()

    def _built(self) -> tuple[Needles, ...]:
        with self._lock:
            if len(self._recent) > _RECENT:
                self._settle()
            recent = (Needles(self._recent),) if self._recent else ()
            self._needles = (*(needles for _, needles in self._blocks), *recent)
            return self._needles

    def _settle(self) -> None:
        """Moves the newest few into blocks. Blocks of which nothing is known any more go; so do all, to be
        built anew, where they have become thin.
        """
        known = {**self._registered, **self._observed, **self._learned}
        self._blocks = [block for block in self._blocks if not known.keys().isdisjoint(block[0])]
        added = [secret for secret in self._recent if secret in known]
        self._recent.clear()
        if len(self._blocks) > _THIN + 2 * len(known) // _BLOCK:
            added, self._blocks = list(known), []
        elif self._blocks and len(self._blocks[-1][0]) + len(added) <= _BLOCK:
            added = [*self._blocks.pop()[0], *added]
        for block in (tuple(added[at : at + _BLOCK]) for at in range(0, len(added), _BLOCK)):
            self._blocks.append((block, Needles(block, lasting=True)))

    def _add(self, shelf: OrderedDict[bytes, None], secret: bytes, bound: int) -> bool:
        """Adds a secret; whether another had to go."""
        with self._lock:
            if secret in shelf:
                shelf.move_to_end(secret)
                return False
            shelf[secret] = None
            self._recent.append(secret)
            self._needles = None
            if len(shelf) <= bound:
                return False
            shelf.popitem(last=False)
            return True


def is_findable(secret: bytes) -> bool:
    """Whether a secret that nobody registered by hand can be told from data: eight bytes and no word that
    documents are made of.
    """
    varied = len(secret) >= _SHORTEST_OBSERVED and len(set(secret)) >= _DISTINCT
    return varied and not _is_vocabulary(secret)


def _is_vocabulary(secret: bytes) -> bool:
    return secret.decode("utf-8", "replace").casefold() in _VOCABULARY


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("utf-8", "replace")
