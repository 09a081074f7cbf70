"""LDAP URLs (RFC 4516): `ldap://host/dn?attributes?scope?filter?extensions`, as referrals have them.

Its name and its filter are redacted as such, and extensions that carry a credential. A text that is one
from end to end is scanned in these parts alone: to the scan of text a filter looks like the parameters of a
web page. Elsewhere the scan follows.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Callable

from captured_exchanges.redaction.marker import is_marker
from captured_exchanges.redaction.names import Attributes
from captured_exchanges.redaction.patterns import Match, compiled
from captured_exchanges.redaction.sweep import Path, Sweep
from captured_exchanges.redaction.text import Text
from captured_exchanges.redaction.transports.ldap.filters import Filters
from captured_exchanges.redaction.transports.ldap.names import DistinguishedNames

__all__ = ["LdapUrls"]

_URL = compiled(r"(?i)(ldap[sci]?://[^/?\s\"'<>]*/?)([^?\s\"'<>]*)((?:\?[^?\s\"'<>]*)*)")
_SAFE = "/:@!$&'()*,;=~[]"
_FILTER, _EXTENSIONS = 3, 4


class LdapUrls:
    """Redacts LDAP URLs. Thread-safe."""

    def __init__(
        self, attributes: Attributes, text: Text, names: DistinguishedNames, filters: Filters
    ) -> None:
        self._attributes = attributes
        self._text = text
        self._names = names
        self._filters = filters

    def scan(self, text: str, sweep: Sweep, path: Path) -> str:
        """A text, scanned, with the LDAP URLs in it redacted."""
        if "://" not in text:
            return self._text.scan(text, sweep, path)
        if (match := _URL.fullmatch(text)) is not None:
            return self._text.scan(match[1], sweep, path) + self._rest(match, sweep, path)
        text = _URL.sub(lambda match: match[1] + self._rest(match, sweep, path), text)
        return self._text.scan(text, sweep, path)

    def _rest(self, match: Match[str], sweep: Sweep, path: Path) -> str:
        parts = match[3].split("?")  # the first is empty, the second has the attributes
        if len(parts) > _FILTER:
            parts[_FILTER] = _decoded(parts[_FILTER], lambda text: self._filters.redact(text, sweep, path))
        if len(parts) > _EXTENSIONS:
            shown = (self._extension(part, sweep, path) for part in parts[_EXTENSIONS].split(","))
            parts[_EXTENSIONS] = ",".join(shown)
        return self._named(match[2], sweep, path) + "?".join(parts)

    def _extension(self, part: str, sweep: Sweep, path: Path) -> str:
        kind, equals, value = part.partition("=")
        name = urllib.parse.unquote(kind).strip().lstrip("!").lower()
        if not value or is_marker(value):
            return part
        is_listed = name in self._attributes.table.setting_names
        if rule := "ldap.url" if is_listed else self._attributes.rule(name, value):
            sweep.learn(urllib.parse.unquote(value))
            return kind + equals + sweep.remove(path, rule, value)
        return kind + equals + self._named(value, sweep, path)

    def _named(self, part: str, sweep: Sweep, path: Path) -> str:
        return _decoded(
            part, lambda name: self._text.scan(self._names.redact(name, sweep, path), sweep, path)
        )


def _decoded(part: str, redacted: Callable[[str], str]) -> str:
    """A part of a URL, redacted as what it stands for; as it is where that changes nothing."""
    plain = urllib.parse.unquote(part)
    shown = redacted(plain)
    return part if shown == plain else urllib.parse.quote(shown, safe=_SAFE)
