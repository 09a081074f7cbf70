"""URLs: userinfo, secret parameters of query and fragment, codes of OAuth, tokens in paths.

A URL is taken apart by hand and put together again, so that nothing that is no secret changes by a byte
and nothing raises: `urllib.parse.urlsplit` refuses some of what servers send. What a family of values
looks like is not known here; parameters are handed back to the scan of text, decoded.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass

from captured_exchanges.redaction.encodings import unescaped
from captured_exchanges.redaction.marker import is_marker, slug
from captured_exchanges.redaction.names import Effect, NameInfo, Names
from captured_exchanges.redaction.patterns import Match, compiled
from captured_exchanges.redaction.sweep import Path, Scan, Sweep
from captured_exchanges.redaction.values import looks_like_credential, looks_random

__all__ = ["DEFAULT_URLS", "UrlTable", "Urls", "decoded_name", "is_oauth", "taken_apart"]


@dataclass(frozen=True, slots=True)
class UrlTable:
    """What is secret in a URL beyond the names that are secret everywhere; names as words."""

    params: frozenset[str]
    """Last words of parameters that always go: `x-oss-signature` is one of `signature`."""
    suspects: frozenset[str]
    """Parameters that go where they look random."""
    code_siblings: frozenset[str]
    """Parameters beside which `code` is one of OAuth's."""
    token_paths: tuple[str, ...]
    """Patterns of path segments that a one-time token follows; no plurals, which name collections."""
    placeholders: frozenset[str]
    """Passwords that say that the user name is the credential."""
    added: frozenset[str] = frozenset()
    """A policy's own parameters that always go."""
    exempt: frozenset[str] = frozenset()
    """Parameters that a policy has exempted."""


DEFAULT_URLS = UrlTable(
    params=frozenset(
        {"sig", "signature", "hmac", "user code", "rlkey", "resourcekey", "hdnea", "hdnts", "hdntl", "zak"}
    ),
    suspects=frozenset({"key", "ticket", "t", "k", "invite", "invitation", "confirmation", "verify",
                        "session", "magic", "tk", "sas", "reset", "sign", "sharing key", "share key", "ott",
                        "autologin", "pgt"}),
    code_siblings=frozenset(
        {"state", "session state", "redirect uri", "grant type", "client id", "iss", "scope", "code verifier"}
    ),
    token_paths=(
        r"[a-z0-9_.-]*(?:reset|activat|verif|confirm|magic|recover|unlock|welcome|invit|forgot)(?:[a-z0-9_.-]*[a-rt-z])?",
        r"password[_-]?resets?",
        r"(?:opt-?out|unsubscribe)",
        r"(?:web)?hook",
        r"app-manifests",
        r"qr",
        r"trusted",
        r"account/setup",
        r"oauth/v\d/(?:access|refresh)-tokens",
    ),
    placeholders=frozenset({"", "x", "X", "x-oauth-basic", "api_token", "token", "_", "none"}),
)  # fmt: skip

_OAUTH_PATH = compiled(
    r"(?i)(?:^|/)(?:oauth[0-9.]*|auth|token|authorize|authorization|callback|redirect|connect|oidc|openid[a-z-]*"
    r"|signin-oidc|signin|login|sso|cb|devicecode|device|otps|totp|mfa|two-factor|magic_auth"
    r"|magic_links|verify|verificationcheck|passwordless|attempt_first_factor)(?:[/.?#]|$)"
)
_SHORTEST_CODE = 6
_SHORTEST_PATH_TOKEN = 12
_SHORTEST_BEHIND_ID = 32
_HEAD = compiled(r"(?i)(?:[a-z][a-z0-9+.-]*:)?[/\\]{2}|https?:[/\\]?")
_BARE_AUTHORITY = compiled(r"[^/?#\s@:]+:[^/?#@]*@")
_NO_AUTHORITY = compiled(r"(?i)(?:mailto|sips?|acct|urn|tel|xmpp|im|news|data):")
_ASSIGNED = compiled(r"([;/])([A-Za-z0-9_.%-]+)=([^;/?#]*)")
_LOGIN = compiled(r"(?i)(/(?:log-?in|sign-?in|join)/)([A-Za-z0-9_.~=%-]{32,})")
_NAMED = compiled(r"(/([A-Za-z_-]*[A-Za-rt-z])/)([A-Za-z0-9_.~=%-]{20,})")
_SAFE = "[]:/?@!$'()*,~{}"
_ROUNDS = 3


def is_oauth(url: str) -> bool:
    """Whether a URL is an endpoint of OAuth, or where one redirects to."""
    return _OAUTH_PATH.search(url.partition("?")[0].partition("#")[0]) is not None


def decoded_name(name: str) -> str:
    """The name of a parameter, decoded until nothing is left to decode."""
    for _ in range(_ROUNDS):
        if "%" not in name and "+" not in name:
            break
        name = urllib.parse.unquote_plus(name)
    return unescaped(name)


class Urls:
    """Redacts URLs. Thread-safe."""

    def __init__(self, names: Names, scan: Scan, table: UrlTable = DEFAULT_URLS) -> None:
        self._names = names
        self._scan = scan
        self._table = table
        paths = rf"/(?:{'|'.join(table.token_paths)})/"
        self._token_path = compiled(rf"(?i)({paths})([A-Za-z0-9_.~:=%-]+)")
        self._token_behind_id = compiled(rf"(?i)({paths}[A-Za-z0-9_.~=%-]{{1,64}}/)([A-Za-z0-9_.~=%-]+)")

    @property
    def code_siblings(self) -> frozenset[str]:
        """Names, as words, beside which `code` is one of OAuth's."""
        return self._table.code_siblings

    def source(self) -> str:
        """A pattern that occurs in every text in which a URL may lose something by a rule of this module."""
        named = self._table.params | self._table.suspects | self._table.added | {"code"}
        params = "|".join(sorted(named)).replace(" ", "[-_.]?")
        paths = "|".join(self._table.token_paths)
        return (
            rf"//(?:[^/\s?#\"\\]|\\.)*@|//[^/\s?#\"@]*:[^0-9/\s\"][^\s\"]*@|(?i:[?&#;_-](?:{params})=)"
            rf"|(?i:/(?:{paths}|log-?in|sign-?in|join)/)|;[A-Za-z0-9_.%-]+="
        )

    def redact(self, url: str, sweep: Sweep, path: Path, depth: int = 0) -> str:
        """The URL, absolute or relative, without its credentials."""
        head, authority, rest = taken_apart(url)
        rest, sharp, fragment = rest.partition("#")
        rest, mark, query = rest.partition("?")
        oauth = sweep.oauth or is_oauth(rest)
        parts = (
            head,
            self._authority(authority, sweep, path),
            self._path(rest, sweep, path),
            mark,
            self.params(query, sweep, path, depth, oauth=oauth),
            sharp,
            self._fragment(fragment, sweep, path, depth, oauth=oauth),
        )
        return "".join(parts)

    def params(self, query: str, sweep: Sweep, path: Path, depth: int = 0, *, oauth: bool = False) -> str:
        """A query string without its credentials; names, order and what is harmless stay as they are."""
        if not query:
            return query
        separator = "&" if "&" in query or ";" not in query else ";"
        pieces = [piece.partition("=") for piece in query.split(separator)]
        names = [self._names.words(decoded_name(name)) for name, _, _ in pieces]
        coded = oauth or any(" ".join(words) in self._table.code_siblings for words in names)
        return separator.join(self._param(piece, sweep, path, depth, coded=coded) for piece in pieces)

    def rule(self, name: str, value: str, *, coded: bool) -> str:
        """The rule by which a parameter goes (name and value decoded), empty where it stays. `coded`: it
        stands among those of OAuth.
        """
        bare = " ".join(self._names.words(name))
        if bare in self._table.added:
            return f"url.{slug(bare)}"
        if bare in self._table.exempt or self._names.is_exempt(name):
            return ""
        info = self._names.of(name)
        if info.secret:
            harmless = info.effect is Effect.SCALAR and self._names.is_harmless(value)
            return "" if harmless else info.rule.replace("name.", "url.", 1)
        if (param := self._param_of(bare)) and not self._names.is_harmless(value):
            return f"url.{param.replace(' ', '_')}"
        if bare == "code" and coded and len(value) >= _SHORTEST_CODE:
            return "url.code"
        suspect = info.rule or "name.key" if self._is_suspect(info, bare) else ""
        is_random = suspect and looks_random(value.replace(" ", "+"))  # base64 that nobody encoded
        return suspect.replace("name.", "url.", 1) if is_random else ""

    def _param_of(self, bare: str) -> str:
        """The listed words that a name ends with, the longest; empty where it ends with none."""
        while bare and bare not in self._table.params:
            _, _, bare = bare.partition(" ")
        return bare

    def _is_suspect(self, info: NameInfo, bare: str) -> bool:
        return info.effect is Effect.CONTAINER or bare in self._table.suspects

    def _param(
        self, piece: tuple[str, str, str], sweep: Sweep, path: Path, depth: int, *, coded: bool
    ) -> str:
        name, equals, value = piece
        plain = urllib.parse.unquote_plus(value)
        shown = self._rescanned(name, sweep, path, depth) + equals
        if not value or is_marker(plain):
            return shown + value
        if rule := self.rule(decoded_name(name), plain, coded=coded):
            sweep.learn(plain, rule)
            return shown + sweep.remove(path, rule, plain)
        return shown + self._rescanned(value, sweep, path, depth)

    def _rescanned(self, piece: str, sweep: Sweep, path: Path, depth: int) -> str:
        plain = urllib.parse.unquote_plus(piece)
        scanned = self._scan(plain, sweep, path, depth + 1)
        return piece if scanned == plain else urllib.parse.quote(scanned, safe=_SAFE)

    def _authority(self, authority: str, sweep: Sweep, path: Path) -> str:
        userinfo, at, host = authority.rpartition("@")
        user, colon, password = userinfo.partition(":")
        plain_user, plain_password = urllib.parse.unquote(user), urllib.parse.unquote(password)
        if not at or is_marker(plain_password) or is_marker(urllib.parse.unquote(userinfo)):
            return authority
        user_is_secret = looks_like_credential(plain_user) if not colon else looks_random(plain_user)
        if plain_password in self._table.placeholders and colon:
            user_is_secret = True
        if not colon and not user_is_secret:
            return authority
        sweep.learn(plain_password, "url.userinfo")
        if user_is_secret:
            if plain_password in self._table.placeholders or not colon:
                sweep.learn(plain_user, "url.userinfo")
            return f"{_escaped(sweep.remove(path, 'url.userinfo', userinfo))}@{host}"
        return f"{user}:{_escaped(sweep.remove(path, 'url.userinfo', plain_password))}@{host}"

    def _path(self, text: str, sweep: Sweep, path: Path) -> str:
        def token(match: Match[str]) -> str:
            value = urllib.parse.unquote(match[2])
            if len(value) < _SHORTEST_PATH_TOKEN or not looks_like_credential(value):
                return match[0]
            return removed(match, value)

        def behind_id(match: Match[str]) -> str:
            value = urllib.parse.unquote(match[2])
            if len(value) < _SHORTEST_BEHIND_ID or not looks_random(value):
                return match[0]
            return removed(match, value)

        def removed(match: Match[str], value: str) -> str:
            sweep.learn(value, "url.path")
            return match[1] + sweep.remove(path, "url.path", value)

        def assigned(match: Match[str]) -> str:
            info = self._names.of(decoded_name(match[2]))
            if not info.secret or not match[3] or is_marker(match[3]):
                return match[0]
            removed = sweep.remove(path, info.rule.replace("name.", "url.", 1), match[3])
            return f"{match[1]}{match[2]}={removed}"

        def named(match: Match[str]) -> str:
            info = self._names.of(match[2])
            if not info.secret or not looks_random(urllib.parse.unquote(match[3])):
                return match[0]
            return match[1] + sweep.remove(path, info.rule.replace("name.", "url.", 1), match[3])

        text = _LOGIN.sub(behind_id, text)
        text = _NAMED.sub(named, self._token_behind_id.sub(behind_id, self._token_path.sub(token, text)))
        return _ASSIGNED.sub(assigned, text) if "=" in text else text

    def _fragment(self, text: str, sweep: Sweep, path: Path, depth: int, *, oauth: bool) -> str:
        route, mark, query = text.partition("?")
        if mark:
            return self._path(route, sweep, path) + mark + self.params(query, sweep, path, depth, oauth=oauth)
        if "=" in text:
            return self.params(text, sweep, path, depth, oauth=oauth)
        return self._path(text, sweep, path)


def taken_apart(url: str) -> tuple[str, str, str]:
    """Scheme with its slashes, authority, and the rest of a URL; the first two empty where it has none."""
    head = _HEAD.match(url)
    if head is None and (_BARE_AUTHORITY.match(url) is None or _NO_AUTHORITY.match(url) is not None):
        return "", "", url
    start = 0 if head is None else head.end()
    end = min((at for at in _delimiters(url, start) if at >= 0), default=len(url))
    _, colon, port = url[start:end].rpartition(":")
    if "@" not in url[start:end] and colon and port and not port.isdigit() and "@" in url[end:]:
        end = url.rindex("@") + 1  # a password with a bare delimiter in it
        end = min((at for at in _delimiters(url, end) if at >= 0), default=len(url))
    return url[:start], url[start:end], url[end:]


def _delimiters(url: str, start: int) -> Iterator[int]:
    return (url.find(char, start) for char in "/?#")


def _escaped(marker: str) -> str:
    """Brackets in an authority would make it an IPv6 address for every parser."""
    return marker.replace("[", "%5B").replace("]", "%5D")
