"""Headers: which ones lose their values, what of a value is kept, and which ones hold URLs.

Names are compared in lower case, as HTTP/2 has them. The scheme word of an Authorization header stays where
it is a known one: an unknown first word may as well be the credential.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from captured_exchanges.redaction.marker import is_marker
from captured_exchanges.redaction.names import Effect, Names
from captured_exchanges.redaction.patterns import clean, compiled
from captured_exchanges.redaction.sweep import Path, Sweep
from captured_exchanges.redaction.text import Text
from captured_exchanges.redaction.transports.plain_values import PLAIN_VALUES
from captured_exchanges.redaction.values import looks_like_credential, looks_random, rounded

__all__ = [
    "DEFAULT_HEADERS",
    "HeaderTable",
    "Headers",
    "Pairs",
    "credential_of",
    "first_value",
]

Pairs: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class HeaderTable:
    """Names of headers, in lower case."""

    secret: frozenset[str]
    """Their values go."""
    tails: frozenset[str]
    """Last words, digits after them apart, of names whose values go."""
    suspects: frozenset[str]
    """Last words of names whose values go where they look random."""
    cursors: frozenset[str]
    """Cursors, which hold names of tokens in JSON: they are looked at for value families alone."""
    kept: frozenset[str]
    """Their names sound secret; their values are only scanned."""
    urls: frozenset[str]
    """Their values are URLs, relative ones included."""
    digests: frozenset[str]
    """Digests of a body: they go where the body was redacted."""
    live: frozenset[str] = frozenset(
        {"authorization", "proxy-authorization", "cookie", "set-cookie", "cookie2", "set-cookie2"}
    )  # fmt: skip
    """Headers of live credentials, which no policy can exempt; of cookies it can, one by one."""
    plain: Mapping[str, str] = field(default_factory=lambda: PLAIN_VALUES)
    """Where no values are kept, the headers whose values say nothing but how: with the pattern of those."""
    added: frozenset[str] = frozenset()
    """A policy's own headers whose values go."""
    exempt: frozenset[str] = frozenset()
    """Headers that a policy has exempted."""
    sessions: frozenset[str] = frozenset()
    """A policy's own cookies that carry a session: known from then on, wherever they turn up."""
    exempt_cookies: frozenset[str] = frozenset()
    """Cookies, in lower case, that a policy has exempted."""

    def is_exempt(self, name: str) -> bool:
        """Whether a policy has exempted a header (its name in lower case) by name."""
        return name in self.exempt and name not in self.live


DEFAULT_HEADERS = HeaderTable(
    secret=frozenset(
        {"authentication-info", "proxy-authentication-info", "dpop", "x-auth-user-service-key",
         "x-jfrog-art-api", "x-ovh-consumer", "x-honeycomb-team", "x-clickhouse-key", "x-identity-header",
         "x-registry-config", "x-amzn-oidc-data", "x-key", "fastly-key", "iplanetdirectorypro", "x-sid",
         "x-sess", "x-ticket", "x-wp-nonce", "x-ms-authorization-auxiliary"}
    ),
    tails=frozenset({"signature", "sig", "hmac", "hmac sha", "auth", "session"}),
    suspects=frozenset({"key", "sign", "sid"}),
    cursors=frozenset({"x-ms-continuation"}),
    kept=frozenset(
        {"access-control-allow-credentials", "x-ms-session-token", "sec-websocket-key", "idempotency-key",
         "x-idempotency-key", "x-cache-key", "surrogate-key", "x-public-key", "x-partition-key"}
    ),
    urls=frozenset({"location", "content-location", "referer", "link", "refresh", "origin", ":path", "uri",
                    "x-original-url", "x-rewrite-url", "x-forwarded-uri", "destination", "sourcemap"}),
    digests=frozenset({"content-md5", "digest", "content-digest", "repr-digest", "x-amz-content-sha256",
                       "x-goog-hash"}),
)  # fmt: skip

_SCHEMES = frozenset({
    "aws4-hmac-sha256", "apikey", "api-key", "basic", "bearer", "bot", "digest", "dpop", "eg1-hmac-sha256",
    "geniekey", "googlelogin", "gnap", "hawk", "hmac", "hmac-sha256", "hoba", "jwt", "klaviyo-api-key", "key",
    "mac", "mutual", "negotiate", "nintendo", "ntlm", "oauth", "privatetoken", "scram-sha-1", "scram-sha-256",
    "sharedaccesssignature", "sharedkey", "sharedkeylite", "signature", "snowflake", "splunk", "ssws",
    "token", "vapid", "zoho-oauthtoken",
})  # fmt: skip
_ATTRIBUTES = (
    r"(?i)^\s*(?:Secure|HttpOnly|Partitioned|Path=/[A-Za-z0-9_./-]{0,100}|Domain=[A-Za-z0-9.-]{1,255}|Max-Age=-?\d{1,12}"
    r"|SameSite=[A-Za-z]{1,10}|Priority=[A-Za-z]{1,10}|Version=\d"
    r"|Expires=\"?(?:[A-Za-z]{3,9},? )?\d{1,2}[ -][A-Za-z]{3}[ -]\d{2,4} \d\d:\d\d:\d\d(?: [A-Z]{3})?\"?"
    r"|Expires=-?\d{1,12})?\s*$"
)
_ATTRIBUTE = compiled(_ATTRIBUTES)
_COOKIE_NAME = compiled(r"^\s*[A-Za-z0-9!#$%&'*+.^_`|~:\[\]/-]{1,128}\s*$")
_NO_CREDENTIAL = ("", "\n", "\r", "\f")
_LINKED = compiled(r"<([^<>]*)>")
_REFRESHED = compiled(r"(?i)(^\s*[0-9.]*\s*[;,]?\s*(?:url\s*=\s*)?[\"']?)([^\"']*)")
_SESSION_WORDS = frozenset({"sess", "session", "sid", "auth", "remember", "login"})
_VARIANTS = frozenset({"v", "primary", "secondary"})
"""What one of several signatures of a message ends with, beside its number."""
_COOKIES = frozenset({"cookie", "cookie2"})
_SET_COOKIES = frozenset({"set-cookie", "set-cookie2"})
_RULE = compiled(r"[a-z0-9._-]{1,48}")
_LONGEST_NAME = 128
_LONGEST_LENGTH = 16


def first_value(headers: Pairs, name: str) -> str:
    """The values of a header, joined as HTTP says; empty where there is none."""
    return ", ".join(value for key, value in headers if key.lower() == name)


def credential_of(value: str) -> tuple[str, str]:
    """The scheme word of an Authorization value, in lower case and empty where it is none, and the rest."""
    scheme, credential = _taken_apart(clean(value))
    return scheme.strip().lower(), credential


def _taken_apart(value: str) -> tuple[str, str]:
    """The scheme word with the blanks behind it, empty where it is no known one, and the rest."""
    word = value.partition(" ")[0].partition("\t")[0]
    rest = value[len(word) :].lstrip(" \t")
    if word.lower() not in _SCHEMES or len(word) + len(rest) == len(value) or rest[:1] in _NO_CREDENTIAL:
        return "", value
    return value[: len(value) - len(rest)], rest


class Headers:
    """Redacts headers. Thread-safe."""

    def __init__(self, names: Names, text: Text, table: HeaderTable = DEFAULT_HEADERS) -> None:
        self._names = names
        self._text = text
        self._table = table
        self._known_secret = lru_cache(maxsize=4_096)(self._is_secret)
        self._known_suspect = lru_cache(maxsize=4_096)(self._is_suspect)

    def redact(
        self, headers: Pairs, sweep: Sweep, *, body_is_redacted: bool = False, path: Path = ("headers",)
    ) -> list[list[str]]:
        """The headers `[name, value]`, in order, without credentials; what tells a redacted body's true
        size or digest goes or is rounded. `path` is where they stand.
        """
        rest = "\n".join(clean(value) for name, value in headers if not self.is_secret(name))
        calm = not self._text.suspicious(rest)
        return [
            [
                self._name(name, sweep, (*path, at, 0)),
                self._value(
                    name.strip().lower(),
                    clean(value),
                    sweep,
                    (*path, at),
                    calm=calm,
                    rounds=body_is_redacted,
                ),
            ]
            for at, (name, value) in enumerate(headers)
        ]

    def is_session(self, cookie: str) -> bool:
        """Whether a cookie carries a session, by its name. Others hold languages as often as anything."""
        lowered = cookie.strip().lower()
        if lowered in self._table.sessions or lowered in self._table.exempt_cookies:
            return lowered in self._table.sessions
        return not _SESSION_WORDS.isdisjoint(self._names.words(cookie)) or self._names.of(cookie).secret

    def is_secret(self, name: str) -> bool:
        """Whether a header's value goes by its name."""
        return (self._known_secret if len(name) <= _LONGEST_NAME else self._is_secret)(name)

    def _is_secret(self, name: str) -> bool:
        lowered = name.strip().lower()
        if lowered in self._table.live or lowered in self._table.added:
            return True
        if lowered in self._table.kept or self._table.is_exempt(lowered) or self._names.is_exempt(lowered):
            return False
        named = self._names.of(name).secret or self._names.of(lowered).secret
        return lowered in self._table.secret or named or self._ends_with(lowered, self._table.tails)

    def _is_suspect(self, name: str) -> bool:
        is_container = self._names.of(name).effect is Effect.CONTAINER
        return is_container or self._ends_with(name, self._table.suspects)

    def _ends_with(self, name: str, tails: frozenset[str]) -> bool:
        words = list(self._names.words(name))
        while words and (words[-1].isdigit() or words[-1] in _VARIANTS):
            words.pop()
        return any(f" {' '.join(words)}".endswith(f" {tail}") for tail in tails)

    def _name(self, name: str, sweep: Sweep, path: Path) -> str:
        return name if self._text.is_clean(name) else self._text.scan(name, sweep, path)

    def _value(self, name: str, value: str, sweep: Sweep, path: Path, *, calm: bool, rounds: bool) -> str:
        if not value or is_marker(value):
            return value
        if self.is_secret(name):
            return self._secret(name, value, sweep, path)
        if rounds and name == "content-length":
            return str(rounded(int(value))) if value.isdecimal() and len(value) < _LONGEST_LENGTH else "0"
        if rule := self._rule_of(name, value, rounds=rounds):
            return sweep.remove(path, rule, value)
        return value if calm else self._scanned(name, value, sweep, path)

    def _rule_of(self, name: str, value: str, *, rounds: bool) -> str:
        """The rule by which the value of a header without a secret name goes; empty where it stays."""
        if rounds and name in self._table.digests:
            return "header.digest"
        if name in self._table.kept:
            return ""
        is_suspect = self._known_suspect if len(name) <= _LONGEST_NAME else self._is_suspect
        return _rule(name) if is_suspect(name) and looks_random(value) else ""

    def _secret(self, name: str, value: str, sweep: Sweep, path: Path) -> str:
        if name in _COOKIES:
            return ";".join(self._cookie(piece, sweep, path, "header.cookie") for piece in value.split(";"))
        if name in _SET_COOKIES:
            cookie, *attributes = value.split(";")
            shown = [self._cookie(cookie, sweep, path, "header.set-cookie")]
            shown += [_attribute(attribute, sweep, path) for attribute in attributes]
            return ";".join(shown)
        scheme, credential = _taken_apart(value)
        if is_marker(credential):
            return value
        sweep.learn_from_header(credential, "header.authorization")
        return scheme + sweep.remove(path, _rule(name), credential)

    def _cookie(self, piece: str, sweep: Sweep, path: Path, rule: str) -> str:
        name, equals, value = piece.partition("=")
        if not equals or _COOKIE_NAME.match(name) is None:
            kept = not piece.strip() or is_marker(piece.strip())
            return piece if kept else sweep.remove(path, rule, piece)
        if not value.strip() or is_marker(value.strip()):
            return piece
        if name.strip().lower() in self._table.exempt_cookies:
            return f"{name}={self._text.scan(value, sweep, path)}"
        if looks_like_credential(value.strip()):
            sweep.learn_from_header(value.strip(), rule if self.is_session(name) else "")
        return f"{self._text.scan(name, sweep, path)}={sweep.remove(path, rule, value.strip())}"

    def _scanned(self, name: str, value: str, sweep: Sweep, path: Path) -> str:
        if name in self._table.cursors:
            families = self._text.families
            return families.replace(value, lambda rule, member: sweep.remove(path, rule, member))
        if name not in self._table.urls:
            return self._text.scan(value, sweep, path)
        return self._url(name, value, sweep, path)

    def _url(self, name: str, value: str, sweep: Sweep, path: Path) -> str:
        if name == "link":
            pieces = _LINKED.sub(lambda match: f"<{self._text.url(match[1], sweep, path)}>", value)
            return pieces if _LINKED.search(value) else self._text.scan(value, sweep, path)
        if name == "refresh" and (match := _REFRESHED.match(value)) is not None:
            rest = value[match.end() :]
            return match[1] + self._text.url(match[2], sweep, path) + self._text.scan(rest, sweep, path)
        return self._text.url(value, sweep, path)


def _attribute(attribute: str, sweep: Sweep, path: Path) -> str:
    if _ATTRIBUTE.match(attribute) is not None or is_marker(attribute.strip()):
        return attribute
    return " " + sweep.remove(path, "header.set-cookie", attribute.strip())


@lru_cache(maxsize=1_024)
def _rule(name: str) -> str:
    return f"header.{name}" if _RULE.fullmatch(name) else "header.secret"
