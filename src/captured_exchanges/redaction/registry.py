"""Registered secrets: known values that are removed wherever they turn up, in every spelling.

What was registered by hand, what requests have shown and what documents have told are kept apart, each
within its bound, the oldest going first. The values are held in memory: they have to be found inside other
text, for which a hash is no use. Nothing here shows them: no repr, no log.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable

from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

from captured_exchanges.redaction.encodings import spellings, unquoted

__all__ = ["VOCABULARY", "Needles", "Registry", "is_findable"]

MAX_REGISTERED = 1_024
MAX_OBSERVED = 128
MAX_LEARNED = 128
_SHORTEST_REGISTERED = 4
_SHORTEST_OBSERVED = 8
_DISTINCT = 4
_RECENT = 8
_OFTEN, _EACH = 64, 8
"""Searches after which the newest secrets are worth a new automaton; more for each that goes into it."""
_SMALL = 16 * 1024
"""Bytes in which a few secrets are found faster than an automaton of them is built."""

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

    __slots__ = ("_automaton", "_secrets", "_spellings")

    def __init__(self, secrets: Iterable[bytes], *, lasting: bool = False) -> None:
        """`lasting`: they will be searched for often enough to be worth the fastest automaton, which takes
        ten times as long to build.
        """
        self._secrets = {form: secret for secret in secrets for form in spellings(secret)}
        self._spellings = tuple(self._secrets)
        self._automaton = _automaton(self._spellings, None) if lasting else None

    def found(self, data: bytes) -> bool:
        """Whether any secret is in there, percent-encoded in whatever way included."""
        return self.occurs(data) or any(map(self.occurs, unquoted(data)))

    def occurs(self, data: bytes) -> bool:
        """Whether any secret is in there as it stands."""
        if self._automaton is None and len(data) < _SMALL:
            return any(form in data for form in self._spellings)
        return bool(self._built().find_matches_as_indexes(data))

    def replace(self, text: str, removed: Callable[[bytes], str]) -> str:
        """The text with each secret replaced by what `removed(secret)` returns."""
        data, pieces, done = text.encode(), [], 0
        for at, start, end in self._built().find_matches_as_indexes(data):
            pieces += [data[done:start].decode(), removed(self._secrets[self._spellings[at]])]
            done = end
        return "".join((*pieces, data[done:].decode()))

    def _built(self) -> BytesAhoCorasick:
        """Two threads may build it at once, which harms nothing."""
        if self._automaton is None:
            self._automaton = _automaton(self._spellings, Implementation.NoncontiguousNFA)
        return self._automaton


class Registry:
    """The secrets of one Redactor. Thread-safe.

    The automaton over all of them is costly to build, so the newest few are searched for one by one until
    there are enough of them, or they have been searched for often enough, to be worth a new one.
    """

    def __init__(self, on_failure: Callable[[str], None]) -> None:
        self._on_failure = on_failure
        self._lock = threading.Lock()
        self._registered: OrderedDict[bytes, None] = OrderedDict()
        self._observed: OrderedDict[bytes, None] = OrderedDict()
        self._learned: OrderedDict[bytes, None] = OrderedDict()
        self._recent: list[bytes] = []
        self._settled_needles: tuple[Needles, ...] = ()
        self._needles: tuple[Needles, ...] | None = ()
        self._asked = 0

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
        self._asked += 1
        return self._built() if needles is None or (self._recent and self._is_asked_often) else needles

    @property
    def _is_asked_often(self) -> bool:
        return self._asked > _OFTEN + _EACH * (len(self._registered) + len(self._observed))

    def _built(self) -> tuple[Needles, ...]:
        with self._lock:
            if len(self._recent) > _RECENT or (self._recent and self._is_asked_often):
                self._recent.clear()
                self._asked = 0
                self._settled_needles = (
                    Needles({**self._registered, **self._observed, **self._learned}, lasting=True),
                )
            recent = (Needles(self._recent),) if self._recent else ()
            self._needles = (*self._settled_needles, *recent)
            return self._needles

    def _add(self, shelf: OrderedDict[bytes, None], secret: bytes, bound: int) -> bool:
        """Adds a secret; whether another had to go."""
        with self._lock:
            if secret in shelf:
                shelf.move_to_end(secret)
                return False
            shelf[secret] = None
            self._recent.append(secret)
            self._needles = None
            self._asked = 0
            if len(shelf) <= bound:
                return False
            shelf.popitem(last=False)
            return True


def _automaton(spellings: tuple[bytes, ...], built: Implementation | None) -> BytesAhoCorasick:
    """RE2 would fall back to a thousand times its time from some hundred secrets on."""
    return BytesAhoCorasick(spellings, matchkind=MatchKind.LeftmostLongest, implementation=built)


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
