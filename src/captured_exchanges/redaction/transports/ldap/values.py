"""Values of attributes: those of secret attributes go, text is scanned like any other, bytes get a form.

A value goes by its attribute's name whether a library hands it over as bytes or as text. Text that reads as
a distinguished name or holds an LDAP URL is looked at as such.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import lru_cache

from captured_exchanges.exchange import Json
from captured_exchanges.redaction.detail import Detail
from captured_exchanges.redaction.encodings import spoken
from captured_exchanges.redaction.harmless import Harmless
from captured_exchanges.redaction.json import Siblings
from captured_exchanges.redaction.marker import Marker, is_marker
from captured_exchanges.redaction.names import Attributes, Effect, NameInfo
from captured_exchanges.redaction.patterns import Match, clean, compiled, compiled_gate, holding, quoted
from captured_exchanges.redaction.sweep import Path, Sweep
from captured_exchanges.redaction.text import Text
from captured_exchanges.redaction.transports.ldap.filters import Filters
from captured_exchanges.redaction.transports.ldap.forms import Forms, omitted, text_of
from captured_exchanges.redaction.transports.ldap.names import DistinguishedNames
from captured_exchanges.redaction.transports.ldap.urls import LdapUrls
from captured_exchanges.redaction.values import looks_random

__all__ = ["Values"]

_SETTING = r"(\s*=\s*)(\"[^\"]*\"?|'[^']*'?|\S+)"


@dataclass(frozen=True, slots=True)
class _Attribute:
    """An attribute: what its name means, by itself and beside the others of its entry."""

    name: str
    rule: str
    """The rule by which its values go whatever stands beside it, but for harmless ones; or empty."""
    info: NameInfo
    is_beside: bool
    """Whether it is secret only beside another."""
    has_form: bool
    has_settings: bool
    """Whether its values are settings, in which names mean more than in other texts."""

    @property
    def is_dull(self) -> bool:
        """Whether values are text, of which none goes because of the name."""
        return self.is_calm and not self.has_form and not self.has_settings

    @property
    def is_calm(self) -> bool:
        """Whether no value goes because of the name."""
        return not (self.rule or self.is_beside or self.info.effect is Effect.CONTAINER)


@dataclass(frozen=True, slots=True)
class _Held:
    """The values of an attribute, and each as text, where texts are kept."""

    values: Sequence[object]
    texts: list[str | None]


class Values:
    """Redacts values. Thread-safe. `limit`: characters of a text beyond which it is left out."""

    def __init__(
        self, attributes: Attributes, text: Text, filters: Filters, *, detail: Detail, limit: int
    ) -> None:
        self._attributes = attributes
        self._siblings = Siblings(text.names)
        self._text = text
        self._names = DistinguishedNames(attributes)
        self._urls = LdapUrls(attributes, text, self._names, filters)
        self._forms = Forms(attributes)
        self._detail = detail
        self._limit = limit
        names = "|".join(map(quoted, sorted(attributes.table.setting_names))) or r"\z"
        self._gate = compiled_gate(attributes.source())
        self._is_clean = Harmless(self._stays)
        self._known = lru_cache(maxsize=4_096)(self._decided)
        self._setting = compiled(rf"(?i)((?:^|[\s,;}}])(?:{names})){_SETTING}")

    def text(self, text: str, sweep: Sweep, path: Path) -> str:
        """A distinguished name, or whatever else somebody said, without credentials; one too long to be
        searched goes.
        """
        text = clean(text)
        if text in self._is_clean or not self.suspects([text]) or self._is_clean(text):
            return text
        return self._redacted(text, sweep, path)

    def suspects(self, texts: list[str]) -> AbstractSet[str]:
        """Those of many texts in which something might have to go: two native passes over all."""
        return holding(self._gate, texts) | self._text.suspects(texts)

    def _redacted(self, text: str, sweep: Sweep, path: Path) -> str:
        if len(text) > self._limit:
            return sweep.remove(path, "ldap.too_large", text)
        return self._urls.scan(self._names.redact(text, sweep, path), sweep, path)

    def _stays(self, text: str) -> bool:
        return self._redacted(text, Sweep(Marker()), ()) == text

    def entry(self, attributes: Mapping[str, object], sweep: Sweep, path: Path) -> dict[str, Json]:
        """The attributes of an entry, each with its values."""
        held = [(clean(str(name)), self._held(values)) for name, values in attributes.items()]
        names = [name for name, _ in held]
        suspects = self._suspects([*names, *(text for _, one in held for text in one.texts)])
        shown: dict[str, Json] = {}
        for at, (name, one) in enumerate(held):
            key = self.text(name, sweep, path) if name in suspects else name
            key = key if key not in shown else f"{key}#{at}"
            shown[key] = self._shown(self._attribute(name, names), one, suspects, sweep, (*path, key))
        return shown

    def of(
        self, attribute: str, values: object, beside: Iterable[str], sweep: Sweep, path: Path
    ) -> list[Json]:
        """The values of one attribute of an entry that has those `beside` it too."""
        held, judged = self._held(values), self._attribute(clean(str(attribute)), beside)
        return self._shown(judged, held, self._suspects(held.texts), sweep, path)

    def _held(self, values: object) -> _Held:
        many = _many(values)
        return _Held(many, [text_of(value) for value in many] if self._detail is Detail.FULL else [])

    def _suspects(self, texts: Iterable[str | None]) -> AbstractSet[str]:
        if self._detail < Detail.FULL:
            return frozenset()
        short = [text for text in texts if text and len(text) <= self._limit]
        return self.suspects([text for text in short if text not in self._is_clean])

    def _attribute(self, name: str, beside: Iterable[str]) -> _Attribute:
        known = self._known(name)
        if known.info.effect is not Effect.BESIDE:
            return known
        siblings = {other.partition(";")[0]: None for other in beside}
        info = self._siblings.meaning(known.info, None, siblings, oauth=False)
        return replace(known, info=info, is_beside=info.secret)

    def _decided(self, name: str) -> _Attribute:
        rule, info = self._attributes.rule(name), self._attributes.info(name)
        has_settings = self._attributes.base(name) in self._attributes.table.settings
        return _Attribute(name, rule, info, False, self._forms.has(name), has_settings)

    def _shown(
        self, attribute: _Attribute, held: _Held, suspects: AbstractSet[str], sweep: Sweep, path: Path
    ) -> list[Json]:
        if self._detail < Detail.FULL:
            return [{"type": "omitted", "reason": "detail", "count": len(held.values)}] if held.values else []
        shown: list[Json] = []
        for at, (value, text) in enumerate(zip(held.values, held.texts, strict=True)):
            is_suspect = attribute.has_settings or text in suspects
            if text is None or is_suspect or not attribute.is_dull or len(text) > self._limit:
                shown.append(self._one(attribute, value, text, sweep, (*path, at), is_suspect=is_suspect))
            else:
                shown.append(text)
        return shown

    def _one(
        self,
        attribute: _Attribute,
        value: object,
        text: str | None,
        sweep: Sweep,
        path: Path,
        *,
        is_suspect: bool,
    ) -> Json:
        if not attribute.is_calm and (rule := self._rule(attribute, text)):
            return self._removed(value, text, rule, sweep, path)
        if attribute.has_form and isinstance(value, (bytes, bytearray, memoryview)):
            form = self._forms.known(attribute.name, bytes(value))
            if form is not None:
                return form
        if text is None or len(text) > self._limit:
            return omitted("binary" if text is None else "too large", _size(value))
        return self._said(attribute, text, sweep, path) if is_suspect else text

    def _said(self, attribute: _Attribute, text: str, sweep: Sweep, path: Path) -> str:
        if attribute.has_settings:
            text = self._setting.sub(lambda match: _set(match, sweep, path), text)
        return self.text(text, sweep, path)

    def _rule(self, attribute: _Attribute, text: str | None) -> str:
        """The rule by which a value goes, or empty. What is secret by name alone is so for its attribute;
        beside others, and where it looks random, for its text.
        """
        if rule := self._attributes.rule(attribute.name, text or ""):
            return rule
        info = attribute.info
        if info.effect is Effect.CONTAINER:
            return info.rule if text and looks_random(text) else ""
        return info.rule if attribute.is_beside and not self._text.names.is_harmless(text or "") else ""

    def _removed(self, value: object, text: str | None, rule: str, sweep: Sweep, path: Path) -> str:
        if text is not None and (not text or is_marker(text)):
            return text
        for learned in spoken(value):
            sweep.learn(learned)
        return sweep.remove(path, rule, text if text is not None else "".join(spoken(value)))


def _set(match: Match[str], sweep: Sweep, path: Path) -> str:
    value = match[3].strip("\"'")
    if not value or is_marker(value):
        return match[0]
    sweep.learn(value)
    return match[1] + match[2] + sweep.remove(path, "ldap.setting", value)


def _many(values: object) -> Sequence[object]:
    """An attribute's values; some libraries hand over the one of a single-valued attribute by itself."""
    if values is None:
        return ()
    is_list = isinstance(values, (list, tuple, set, frozenset))
    many = tuple(values) if is_list else (values,)  # type: ignore[arg-type]
    return tuple(value for value in many if value is not None)


def _size(value: object) -> int:
    return len(bytes(value) if isinstance(value, (bytes, bytearray, memoryview)) else str(value))
