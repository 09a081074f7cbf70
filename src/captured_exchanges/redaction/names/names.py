"""Deciding by name: a name is split into words, and whole words decide, never substrings.

`secretary`, `author` and `monkey` are no secrets, and `asyncToken` is no cursor. Here lives the decision
for one name; what it means for the value under it is decided by those who read bodies, URLs, headers, text.
The words themselves are in `table`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum, IntEnum

from captured_exchanges.redaction.marker import MARKER
from captured_exchanges.redaction.names.letters import in_any_spelling
from captured_exchanges.redaction.names.table import DEFAULT_NAMES, NameTable, Phrases
from captured_exchanges.redaction.names.vaults import TRUE, Vault
from captured_exchanges.redaction.patterns import clean, compiled, quoted

__all__ = ["Effect", "NameInfo", "Names", "Pair", "tokenise"]


class Effect(IntEnum):
    """What a name means for the value under it."""

    PLAIN = 0
    """Nothing: the value is only scanned."""
    KNOWN = 1
    """No secret, however random it looks."""
    ABOUT = 2
    """About a secret: scalars stay, what is below is suspected."""
    TRIGGER = 3
    """As PLAIN; makes a sibling of `beside` a secret."""
    BESIDE = 4
    """A secret where the right sibling is there."""
    PERMISSIONS = 5
    """Below, secret names are names of permissions where the value says so."""
    CONTAINER = 6
    """Below, whatever looks random goes."""
    SCALAR = 7
    """Strings and numbers go; objects are looked into with suspicion."""
    LEAVES = 8
    """All that is below goes, but for its names."""
    SUBTREE = 9
    """All of it goes."""


class Pair(Enum):
    """Which part a key may play in `{"name": N, "value": V}`."""

    NONE = 0
    NAME = 1
    VALUE = 2
    LABEL = 3
    """As NAME, where what it names is no action; an object beside it is looked into, not removed."""


@dataclass(frozen=True, slots=True)
class NameInfo:
    """The decision about one name; `rule` is what a marker says, empty where nothing can go."""

    effect: Effect
    rule: str = ""
    pair: Pair = Pair.NONE
    companions: frozenset[str] = frozenset()
    heads: bool = False
    """Whether the key may hold the names of columns."""
    vaults: tuple[Vault, ...] = ()
    """What may make what is below it a secret."""
    secret: bool = field(init=False)
    """Whether a scalar under this name goes."""
    calm: bool = field(init=False)
    """Whether a scalar under this name stays, unless what stands above it raises a suspicion."""
    dull: bool = field(init=False)
    """Whether it stays, and means nothing to its siblings, whatever they are."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "secret", self.effect in _SECRET)
        object.__setattr__(self, "calm", self.effect in _CALM)
        dull = self.calm and self.pair is not Pair.VALUE and not self.heads and not self.vaults
        object.__setattr__(self, "dull", dull)


_SECRET = frozenset({Effect.SCALAR, Effect.LEAVES, Effect.SUBTREE})
_CALM = frozenset({Effect.PLAIN, Effect.KNOWN, Effect.ABOUT, Effect.TRIGGER, Effect.PERMISSIONS})
_MOST_KNOWN = 16_384
_LONGEST_HARMLESS = 16
_LONGEST_CACHED = 128
_LONGEST = 1024
_UNREADABLE = NameInfo(Effect.SCALAR, "name.unreadable")
_WORD = compiled(r"\p{Lu}+[\p{Ll}\p{M}]*|[\p{Ll}\p{M}]+|[\p{Lo}\p{Lt}\p{Lm}\p{M}]+|\p{Nd}+")
_MARKER = compiled(MARKER)
_IDENTIFIER = compiled(r"[a-z_-]{2,64}")
_NOTHING = NameInfo(Effect.PLAIN)
_LONGEST_LABEL = 4
"""Words of a name with spaces in it: beyond, it is prose."""
_INVISIBLE = {"Cf", "Mn", "Cc"}
_LATEST = "last"
"""Tells about a secret before a word like `changed`; `last_password` is one."""
_SHORT = 4
"""ASCII words up to this length are looked for in bytes only where a word may start and end."""


def tokenise(name: str) -> tuple[str, ...]:
    """The words of a name, in lower case: of camelCase, PascalCase, ACRONYMCase, digits and separators."""
    return tuple(word for piece in _WORD.findall(_plain(name)) for word in _split_acronym(piece))


def _plain(name: str) -> str:
    if name.isascii():
        return name.replace("OAuth", "Oauth")
    folded = unicodedata.normalize("NFKC", clean(name))
    visible = "".join(char for char in folded if unicodedata.category(char) not in _INVISIBLE)
    return unicodedata.normalize("NFKC", visible).replace("OAuth", "Oauth")


def _split_acronym(piece: str) -> tuple[str, ...]:
    capitals = next((at for at, char in enumerate(piece) if not char.isupper()), len(piece))
    if 1 < capitals < len(piece) and piece[capitals:] != "s":
        return piece[: capitals - 1].casefold(), piece[capitals - 1 :].casefold()
    return (piece.casefold(),)


class Names:
    """Decides about names by one table. Thread-safe; decisions are remembered, within bounds."""

    def __init__(self, table: NameTable = DEFAULT_NAMES) -> None:
        self.table = table
        self._strong = _index(table.strong)
        self._ending = {**_index(table.scalar), **self._strong}
        self._whole = _index(table.whole)
        self._listed = _index(table.listed)
        self._added = _index(table.added)
        self._suspects = _index(table.suspects)
        self._cursors = frozenset(phrase.replace(" ", "") for phrase in table.pagination)
        self._telling = _telling(table)
        self._triggers = self._telling.union(_said(table), *table.beside.values())
        self._lexicon = self._words_to_join()
        self._longest_word = max(map(len, self._lexicon), default=0)
        self._split: dict[str, tuple[str, ...]] = {}
        self.known: dict[str, NameInfo] = {}
        """Decisions made before; to be asked first where names come by the thousand."""

    def of(self, name: str) -> NameInfo:
        """The decision about a name."""
        info = self.known.get(name)
        if info is None:
            info = self._decide(name)
            if len(name) <= _LONGEST_CACHED:
                if len(self.known) >= _MOST_KNOWN:
                    self.known.clear()
                self.known[name] = info
        return info

    def is_exempt(self, name: str) -> bool:
        """Whether the policy has exempted a name: no rule that goes by names may remove what it names."""
        return bool(self.table.exempt) and self._is_exempt(" ".join(self.words(name)))

    def is_harmless(self, value: str) -> bool:
        """Whether a value is one that only a strong name makes a secret: `none`, `read`."""
        return len(value) <= _LONGEST_HARMLESS and value.casefold() in self.table.harmless

    def words(self, name: str) -> tuple[str, ...]:
        """The words of a name, those written without separators taken apart where that is unambiguous."""
        words = self._split.get(name)
        if words is None:
            words = tuple(word for token in tokenise(name) for word in self._taken_apart(token))
            if len(name) <= _LONGEST_CACHED:
                if len(self._split) >= _MOST_KNOWN:
                    self._split.clear()
                self._split[name] = words
        return words

    def tells(self, name: str) -> bool:
        """Whether a key may make a vault of another one beside it, or around it."""
        return " ".join(self.words(name)) in self._telling

    def is_vocabulary(self, value: str) -> bool:
        """Whether a value is itself a name, or a method: `refresh_token` in a list of grant types."""
        value = clean(value)
        if value in self.table.methods:
            return True
        info = self.of(value) if _IDENTIFIER.fullmatch(value) else _NOTHING
        return info.secret or info.effect is Effect.CONTAINER

    def is_action(self, value: str) -> bool:
        """Whether a name begins like the name of an action: `reset_password`."""
        return bool(words := self.words(value)) and words[0] in self.table.label_verbs

    def source(self) -> str:
        """A pattern that occurs in every text that holds a name with an effect, as far as it is written in
        visible ASCII letters, or in others as `letters` knows them.
        """
        tables = (
            *(self._ending, self._whole, self._listed, self._added, self._suspects),
            *(self._triggers, self.table.containers),
        )
        phrases = {phrase for table in tables for phrase in table}
        # RE2 knows no beginning of a word beyond ASCII.
        short = sorted(
            phrase for phrase in phrases if len(phrase) <= _SHORT and phrase.isascii() and " " not in phrase
        )
        long = sorted(map(in_any_spelling, phrases.difference(short)))
        cased = [quoted(form) for word in short for form in (word.capitalize(), word.upper())]
        joined = "|".join(map(quoted, sorted(self._lexicon)))
        start = rf"(?:(?:\b|[_0-9]|(?i:{joined}))(?i:{'|'.join(map(quoted, short))})|{'|'.join(cased)})"
        return rf"(?i:{'|'.join(long)})|{start}(?:\b|[_0-9A-Z]|(?i:{joined}))"

    def beside_source(self) -> str:
        """A pattern that occurs in all tidy JSON with a key that is secret only beside another."""
        return _key_source(self.table.beside)

    def vaults_source(self) -> str:
        """A pattern that occurs in all tidy JSON with a key that may be a vault."""
        return _key_source({vault.name for vault in self.table.vaults})

    def _decide(self, name: str) -> NameInfo:
        if len(name) > _LONGEST:
            return _UNREADABLE
        if "[REDACTED:" in name:
            name = _MARKER.sub(lambda _: "", name)
        words = self.words(name)
        is_label = any(char.isspace() for char in name.strip())
        effect, label = self._by_policy(" ".join(words)) or self._effect(words, is_label=is_label)
        if effect is Effect.PLAIN and len(words) > 1 and not is_label:
            effect, label = self._effect(self._taken_apart("".join(words)), is_label=False)  # pAssWorD
        companions = frozenset(self.table.beside.get(" ".join(words), ()))
        heads = " ".join(words) in self.table.table_heads
        vaults = tuple(vault for vault in self.table.vaults if vault.name == " ".join(words))
        rule = f"name.{label}" if label else ""
        return NameInfo(effect, rule, self._pair(words), companions, heads, vaults)

    def _effect(self, words: tuple[str, ...], *, is_label: bool) -> tuple[Effect, str]:
        whole = " ".join(words)
        bare = whole.removeprefix("x ")
        is_cursor = bare in self.table.pagination or bare.replace(" ", "") in self._cursors
        if not words or is_cursor or bare in self.table.benign:
            return Effect.KNOWN, ""
        if label := _ends_with(whole, self._listed):
            return Effect.SCALAR, label
        if whole in self.table.beside:
            return Effect.BESIDE, whole.replace(" ", "_")
        if is_label and (len(words) > _LONGEST_LABEL or words[0] in self.table.label_verbs):
            return Effect.PLAIN, ""
        core = _without_digits(words)
        if label := _ends_with(whole, self._ending) or _ends_with(" ".join(core), self._ending):
            return self._secret(whole, core, label)
        effect, label = self._by_tail(whole, core, is_label=is_label)
        is_trigger = whole in self._triggers and effect not in _SECRET
        return (Effect.TRIGGER, "") if is_trigger else (effect, label)

    def _by_policy(self, whole: str) -> tuple[Effect, str] | None:
        """What a policy's own rows say; None where they say nothing."""
        if self.table.exempt and self._is_exempt(whole):
            return Effect.KNOWN, ""
        label = _ends_with(whole, self._added)
        return (Effect.SUBTREE, label) if label else None

    def _is_exempt(self, whole: str) -> bool:
        return whole in self.table.exempt or whole.removeprefix("x ") in self.table.exempt

    def _secret(self, whole: str, core: tuple[str, ...], label: str) -> tuple[Effect, str]:
        if core[0] != _LATEST and core[0] in self.table.questions:
            return Effect.ABOUT, label
        strong = _ends_with(whole, self._strong) or _ends_with(" ".join(core), self._strong)
        return (Effect.SUBTREE, strong) if strong else (Effect.SCALAR, label)

    def _by_tail(self, whole: str, core: tuple[str, ...], *, is_label: bool) -> tuple[Effect, str]:
        last = core[-1] if core else ""
        inside = "" if is_label else _contains(whole, self._strong)
        if last in self.table.permissions:
            return Effect.PERMISSIONS, ""
        if label := last if last in self.table.containers else _ends_with(whole, self._suspects):
            return Effect.CONTAINER, label
        if last in self.table.exempt_tails:
            return (Effect.ABOUT, inside) if inside else (Effect.KNOWN, "")
        if label := self._without_neutral(core) or self._whole.get(whole, ""):
            return Effect.SCALAR, label
        if inside:
            is_asked = not self.table.questions.isdisjoint(core)
            return (Effect.ABOUT if is_asked else Effect.SCALAR), inside
        return (Effect.KNOWN, "") if last in self.table.known_tails else (Effect.PLAIN, "")

    def _without_neutral(self, core: tuple[str, ...]) -> str:
        while len(core) > 1 and (core[-1] in self.table.neutral_tails or core[-1].isdigit()):
            core = core[:-1]
            if label := _ends_with(" ".join(core), self._ending):
                return label
        return ""

    def _pair(self, words: tuple[str, ...]) -> Pair:
        last = words[-1] if words else ""
        if last in self.table.pair_values or " ".join(words) in self.table.pair_whole:
            return Pair.VALUE
        if last in self.table.pair_names:
            return Pair.NAME
        return Pair.LABEL if " ".join(words) in self.table.pair_labels else Pair.NONE

    def _words_to_join(self) -> frozenset[str]:
        phrases = (
            *(*self._ending, *self._whole, *self._listed, *self._added),
            *(*self._suspects, *self.table.containers),
        )
        return self.table.joined | {word for phrase in phrases for word in phrase.split() if len(word) > 1}

    def _taken_apart(self, token: str) -> tuple[str, ...]:
        is_word = (
            token in self._lexicon or token in self.table.exempt_tails or token in self.table.known_tails
        )
        if is_word or len(token) > _LONGEST_CACHED:
            return (token,)  # `timestamp` is no stamp of a time
        ways: list[tuple[str, ...] | None] = [()] + [None] * len(token)
        for end in range(1, len(token) + 1):
            for start in range(max(0, end - self._longest_word), end):
                before = ways[start]
                if before is not None and token[start:end] in self._lexicon:
                    ways[end] = min(
                        ways[end] or (*before, token[start:end]), (*before, token[start:end]), key=len
                    )
        return ways[-1] or self._without_ending(token)

    def _without_ending(self, token: str) -> tuple[str, ...]:
        for ending in self.table.endings:
            if token.endswith(ending) and token != ending:
                return token.removesuffix(ending), *self.words(ending)
        return (token,)


def _said(table: NameTable) -> frozenset[str]:
    """What those that tell a vault say, as words."""
    return frozenset(" ".join(tokenise(said)) for vault in table.vaults for said in vault.says - TRUE)


def _telling(table: NameTable) -> frozenset[str]:
    """The keys that tell a vault, and the names below them that do; not those that are in all documents and
    tell it by what they say, as `type` and `kind` do.
    """
    by_themselves = {vault.beside for vault in table.vaults if vault.says <= TRUE}
    return _said(table) | by_themselves


def _key_source(phrases: Iterable[str]) -> str:
    spelled, between = "|".join(sorted(map(in_any_spelling, phrases))), r"[^A-Za-z0-9\"\\]*"
    return rf"(?i:\"{between}(?:{spelled}){between}\":)"


def _index(phrases: Phrases) -> dict[str, str]:
    return {phrase: label for label, spellings in phrases.items() for phrase in spellings}


def _ends_with(whole: str, phrases: dict[str, str]) -> str:
    """The label of the longest phrase that the words end with."""
    while whole:
        if label := phrases.get(whole):
            return label
        _, _, whole = whole.partition(" ")
    return ""


def _contains(whole: str, phrases: dict[str, str]) -> str:
    padded = f" {whole} "
    return next((label for phrase, label in phrases.items() if f" {phrase} " in padded), "")


def _without_digits(words: tuple[str, ...]) -> tuple[str, ...]:
    while len(words) > 1 and words[-1].isdigit():
        words = words[:-1]
    return words
