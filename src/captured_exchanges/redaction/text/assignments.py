"""Names and values in running text: `password=…`, `"token": "…"`, headers, YAML and INI lines, options of
commands, SQL's `PASSWORD '…'`. Prose about passwords stays: a colon before a plain word makes no value.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Callable
from functools import lru_cache

from captured_exchanges.redaction.marker import MARKED, is_marked, is_marker
from captured_exchanges.redaction.names import Effect, Names
from captured_exchanges.redaction.patterns import Match, Pattern, compiled
from captured_exchanges.redaction.sweep import Path, Sweep
from captured_exchanges.redaction.text.changes import Changes
from captured_exchanges.redaction.text.extents import end_of_block, end_of_heredoc, end_of_triple
from captured_exchanges.redaction.text.graphql import is_said_to_be_graphql
from captured_exchanges.redaction.values import is_requirement, is_whole_basic, looks_random

__all__ = ["Assignments"]

_NO_NAME = r"\x00-\x20\x7f\"'`=:;,&<>(){}\[\]/\\|!#*+?~^"
_NAME = rf"[^{_NO_NAME}]+(?:\[[^{_NO_NAME}]*\])*"
_SEPARATED = compiled(
    rf"{MARKED}|({_NAME})"
    r"(\\*[\"'`]?\]?[ \t]{0,3}(?:=>|:=|=|:)[ \t]{0,3}|[ \t]{1,3}->[ \t]{1,3}|\\*[\"']\s{0,3},\s{0,3}"
    r"|\\*\";s:\d+:)"  # serialised by PHP
    r"(?:(?:string\(\d+\)[ \t]|[bu])?(\\*[\"'`]))?"
)
_COMPARED = compiled(
    rf"{MARKED}|({_NAME})[ \t]+(?i:eq|ne|co|sw|ew|like|=~|==|!=)[ \t]+(?:(\\*[\"'])([^\"'\\]*)|([^\s\"')&]+))"
    rf"|(?i:contains|startswith|endswith|substringof)\(({_NAME}),[ \t]*\\*'([^'\\]*)"
)
_VALIDATED = compiled(
    rf"({_NAME})\s+[^\[\]\n]{{1,200}}\[type=[a-z_]+, input_value=({MARKED}|'[^'\n]*'|\"[^\"\n]*\"|[^,\]\n]+)"
)
_BARE = compiled(r"[^\s&;,\"'`<>]+")
_SCHEME = compiled(
    r"(?i)(?:bearer|basic|digest|ssws|token|negotiate|ntlm|dpop|apikey|oauth|hmac|aws4-hmac-sha256)[ \t]+"
)
_BRACED = compiled(r"\{[^{}\r\n]*\}[^\s&;,\"'`<>]*")
_BRACKETED = compiled(r"\[[^\[\]\r\n]*")
_UNQUOTED_LINE = compiled(r"[^\r\n\"'`<>]+")
_LINE = compiled(r"(?:[^\r\n\\]|\\\r?\n|\\[^\r\n]|\\\z)+")
_NEXT_PAIR = compiled(rf"[&;,]\s*[^{_NO_NAME}]+\s*=")
_LINE_START = compiled(r"^[\s\"'{\-]*(?:export\s+|set\s+|-e\s+|--)?$")
_SETTING = compiled(rf"^\s*(?:-\s+)?[\"']?[^{_NO_NAME}]+[\"']?\s*[:=]")
_SPOKEN = compiled(
    rf"{MARKED}|(?:\A|[^A-Za-z0-9_.-])(?i:("
    r"password|passwd|pwd|mot de passe|passphrase|pass ?code|secret|session id|identified by|pin|otp"
    r"|one-time code|token|verification code|api key|access key|secret key|private key)"
    r"(\s*(?::\s+|=\s*)|\s+(?:(?:was )?(?:(?:re)?set|changed|updated) to|is|was|are|for \S{1,60} is)"
    r"\s*:?\s+|\s+)(\\*[\"'`]?)([^\s\"'`,;&\\]{4,}))"
)
_GRANTS = compiled(r"(?i)identified |password for ")
_GRANTED = compiled(
    rf"(?i)({MARKED})|((?:identified (?:by password|(?:with|via) \S{{1,64}} (?:as|by|using))"
    r"|password for \S{1,128} =)\s{1,3}\\*['\"])([^'\"\\]+)"
)
"""What a database says of an account."""
_OPTION = compiled(
    r"((?:^|[\s\"'`=:\[({<>,;|]|\\[nrt])--?[a-zA-Z][\w.-]{1,60})([ \t]+[\"']?)"
    r"(\$?\([^()\n]{1,512}\)|[^\s\"'\-][^\s\"']*)"
)
_Q = r"\\*[\"']"
_KEY = rf"{_Q}\s*[:=]\s*"
_PAIR_NAME = rf"{_Q}(?:name|key|type|field|attribute|id|label|parameter){_KEY}{_Q}([^\"'\\]{{1,64}}){_Q}"
_PAIR_VALUE = rf"{_Q}(?:value|values|val){_KEY}\[?\s*(?:{_Q})?"
_HELD = rf"({MARKED}|[^\"'\\,\]}}\s]+)"
_PAIRED = compiled(
    rf"(?i)(?:{_PAIR_NAME}\s*,\s*{_PAIR_VALUE}{_HELD})"
    rf"|(?:{_PAIR_VALUE}{_HELD}(?:{_Q})?\]?\s*,\s*{_PAIR_NAME})"
)
_WORD_BEFORE = compiled(r"([A-Za-z]+)[ _-]$")
_FOLLOWS = compiled(r"\\*[\"']\s*[:=]")
_ONLY_MARKED = compiled(rf"\W*(?:{MARKED})(?:@.*|\W*)")
_MARKER_INSIDE = "[REDACTED:"
_WHOLE_LINE = frozenset({"authorization", "cookie"})
_PROSE = frozenset(
    {"a", "and", "authentication", "expired", "for", "has", "header", "invalid", "is", "missing", "must",
     "not", "or", "required", "the", "this", "token", "was", "with", "without", "your"}
)  # fmt: skip
"""Words of which one is in every sentence about a header."""
_WITH = ("with ", "using ")
_SHORTEST_WORD = 4
_LONGEST_NUMBER = 10
_LONGEST_WORD = 20
_LONGEST_NAME = 128
_SAMPLE = 200
_LONGEST_INDENT = 200
_PIECES = (256, 16_384, 1 << 30)


class Assignments:
    """Removes values that stand beside secret names in text. Thread-safe."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._strong = frozenset(f"text.{label}" for label in names.table.strong)
        self._changes = Changes(self._rule, _is_no_word)

    def source(self) -> str:
        """A pattern of what is looked for here beyond the names of the table."""
        return r"(?i:identified[^a-zA-Z]{1,9}(?:by|with|via))"

    def redact(self, text: str, sweep: Sweep, path: Path) -> str:
        """The text without the values of secret names."""
        is_graphql = is_said_to_be_graphql(text)
        text = _PAIRED.sub(lambda match: self._paired(match, sweep, path), text)
        text = self._pairs(text, sweep, path, is_graphql=is_graphql)
        text = _COMPARED.sub(lambda match: self._compared(match, sweep, path), text)
        if "input_value=" in text:  # looking on is slow
            text = _VALIDATED.sub(lambda match: self._held(match, match[1], 2, sweep, path), text)
        text = _OPTION.sub(lambda match: self._option(match, sweep, path), text)
        text = self._changes.redact(text, sweep, path)
        if _GRANTS.search(text) is not None:
            text = _GRANTED.sub(lambda match: _granted(match, sweep, path), text)
        return text if is_graphql else _SPOKEN.sub(lambda match: self._spoken(text, match, sweep, path), text)

    def _pairs(self, text: str, sweep: Sweep, path: Path, *, is_graphql: bool) -> str:
        pieces, done = [], 0
        is_settings = lru_cache(maxsize=1)(lambda: _is_list_of_settings(text))
        for match in _SEPARATED.finditer(text):
            if is_marked(match[0]) or match.start() < done or _is_part_of_urn(text, match):
                continue
            rule = self._rule(match[1]) or self._suspect(text, match)
            if not rule or self._is_cursor(text, match):
                continue
            start, end = self._value(text, match, is_settings)
            value = text[start:end]
            if not value.strip("=") or _is_only_marked(value) or self._is_harmless(rule, value):
                continue
            if is_graphql and _is_name_behind_colon(match, value):
                continue  # an alias, an enum, a variable
            if "," in match[2] and self._is_no_value(text, end, value):
                continue
            sweep.learn(value, rule)
            pieces += [text[done:start], sweep.remove(path, rule, value)]
            done = end
        return "".join((*pieces, text[done:])) if pieces else text

    def _spoken(self, text: str, match: Match[str], sweep: Sweep, path: Path) -> str:
        if is_marked(match[0]) or self._names.is_exempt(match[1]):
            return match[0]
        value = match[4]
        is_told = bool(match[2].strip()) or text[: match.start(1)].endswith(_WITH)
        is_told = is_told or match[1].lower().endswith(" by")
        said = bool(match[3]) or (is_told and _is_no_word(value)) or looks_random(value)
        if not said or _MARKER_INSIDE in value or self._is_cursor(text, match):
            return match[0]
        return match[0][: len(match[0]) - len(value)] + sweep.remove(path, "text.spoken", value)

    def _is_cursor(self, text: str, match: Match[str]) -> bool:
        """`page token: …`: a word before makes it a name that is none of a secret."""
        before = _WORD_BEFORE.search(text[max(0, match.start(1) - _LONGEST_WORD) : match.start(1)])
        if before is None or not self._names.of(match[1]).secret:
            return False
        return self._names.of(f"{before[1]} {match[1]}").effect is Effect.KNOWN

    def _compared(self, match: Match[str], sweep: Sweep, path: Path) -> str:
        """`password eq "…"` of filters, `contains(password,'…')`."""
        if is_marked(match[0]):
            return match[0]
        named = 1 if match.start(1) >= 0 else 5
        held = next(group for group in (3, 4, 6) if match.start(group) >= 0)
        return self._held(match, match[named], held, sweep, path)

    def _held(self, match: Match[str], name: str, held: int, sweep: Sweep, path: Path) -> str:
        """A match without what one of its groups holds, where a name says that it is a secret."""
        value, rule = match[held], self._rule(name)
        if not rule or not value or _is_only_marked(value) or self._is_harmless(rule, value):
            return match[0]
        start, end = (at - match.start() for at in match.span(held))
        sweep.learn(value, rule)
        return match[0][:start] + sweep.remove(path, rule, value) + match[0][end:]

    def _suspect(self, text: str, match: Match[str]) -> str:
        """The rule by which a value goes under a name that only raises a suspicion: `_auth=` and a pair."""
        if len(match[1]) > _LONGEST_NAME or self._names.of(match[1]).effect is not Effect.CONTAINER:
            return ""
        value = text[match.end() : _end(_BARE, text, match.end())]
        goes = looks_random(value) or ("=" in match[2] and is_whole_basic(value))
        return self._names.of(match[1]).rule.replace("name.", "text.", 1) if goes else ""

    def _rule(self, name: str) -> str:
        if len(name) > _LONGEST_NAME:
            return ""  # a base64 blob and its padding
        info = self._names.of(urllib.parse.unquote(name) if "%" in name else name)
        return info.rule.replace("name.", "text.", 1) if info.secret else ""

    def _is_harmless(self, rule: str, value: str) -> bool:
        """`token=none`, `token: is required`; of a strong name `none` goes, too."""
        return is_requirement(value) or (rule not in self._strong and self._names.is_harmless(value))

    def _is_no_value(self, text: str, end: int, value: str) -> bool:
        """`["password", "refresh_token"]` names two grants; in `"password", "value": …` a name follows."""
        follows = _FOLLOWS.match(text[end : end + _LONGEST_WORD]) is not None
        return follows or self._names.is_vocabulary(value)

    def _option(self, match: Match[str], sweep: Sweep, path: Path) -> str:
        rule = self._rule(match[1])
        if not rule or _is_only_marked(match[3]):
            return match[0]
        sweep.learn(match[3], rule)
        return match[1] + match[2] + sweep.remove(path, rule, match[3])

    def _paired(self, match: Match[str], sweep: Sweep, path: Path) -> str:
        """`"name": "password", "value": "…"`, in either order, in text that is no whole JSON."""
        named, held = (1, 2) if match.start(1) >= 0 else (4, 3)
        return self._held(match, match[named], held, sweep, path)

    def _value(self, text: str, match: Match[str], is_settings: Callable[[], bool]) -> tuple[int, int]:
        """Where the value of a name stands; an empty span where there is none."""
        start, separator, quote = match.end(), match[2], match[3]
        is_header = not _WHOLE_LINE.isdisjoint(self._names.words(match[1]))
        if quote:
            end = _closing(text, start, quote)
            return min(_end(_SCHEME, text, start), end) if is_header else start, end
        if "," in separator:
            return start, start
        return self._unquoted(text, match, is_settings)

    def _unquoted(self, text: str, match: Match[str], is_settings: Callable[[], bool]) -> tuple[int, int]:
        start, separator = match.end(), match[2]
        if text.startswith("<<", start) and (end := end_of_heredoc(text, start)):
            return start, end
        if "=" in separator and (end := _end(_BRACED, text, start)) > start:
            return start, end
        if not _WHOLE_LINE.isdisjoint(self._names.words(match[1])):
            return _of_header(text, start)
        return _bare(text, match, is_settings)


def _granted(match: Match[str], sweep: Sweep, path: Path) -> str:
    """`IDENTIFIED WITH plugin AS '…'` without what is quoted."""
    if match.start(2) < 0 or is_marker(match[3]) or _MARKER_INSIDE in match[3]:
        return match[0]
    sweep.learn(match[3], "text.granted")
    return match[2] + sweep.remove(path, "text.granted", match[3])


def _of_header(text: str, start: int) -> tuple[int, int]:
    """All of the line, where it is no prose; in a map of Java or Go all between brackets."""
    if not text.startswith("[REDACTED:", start) and (end := _end(_BRACKETED, text, start)) > start:
        return start + 1, end
    start = _end(_SCHEME, text, start)
    end = _end(_UNQUOTED_LINE, text, start)
    return start, start if _is_prose(text[start:end]) else end


def _bare(text: str, match: Match[str], is_settings: Callable[[], bool]) -> tuple[int, int]:
    """A value without quotes."""
    start, separator = match.end(), match[2]
    colon = ("->" in separator or ":" in separator) and "=" not in separator
    if colon and text[start : start + 1] in ("|", ">", "\r", "\n"):
        return start, end_of_block(text, match.start(), start)
    if _starts_line(text, match.start()) and (not colon or is_settings()):
        return start, _end_of_setting(text, start)
    end = _end(_BARE, text, start)
    is_value = not colon or separator[0] in "\"'`\\" or _is_no_word(text[start:end])
    return start, end if is_value else start


def _is_only_marked(value: str) -> bool:
    """Whether a value is a marker and what may stand around one; its last bracket may be missing."""
    return _ONLY_MARKED.fullmatch(value) is not None or is_marker(f"{value}]")


def _is_name_behind_colon(match: Match[str], value: str) -> bool:
    return not match[3] and match[2].strip() == ":" and (value[0].isalpha() or value[0] in "_$[")


def _is_part_of_urn(text: str, match: Match[str]) -> bool:
    return match[2] == ":" and text[max(0, match.start() - 1) : match.start()] == ":"


def _closing(text: str, start: int, quote: str) -> int:
    """Where a quoted value ends: at its quote, not at an escaped one; else with the text."""
    if text.startswith(quote * 2, start) and len(quote) == 1:
        return end_of_triple(text, start, quote)
    at = text.find(quote, start)
    while at > start and text[at - 1] == "\\" and not quote.startswith("\\"):
        at = text.find(quote, at + 1)
    return at if at >= 0 else len(text)


def _end(pattern: Pattern, text: str, start: int) -> int:
    """Where a pattern's match from `start` ends. A pattern encodes what it is given: hence small pieces."""
    for size in _PIECES:
        piece = text[start : start + size]
        match = pattern.match(piece)
        if match is None:
            return start
        if match.end() < len(piece) or start + size >= len(text):
            return start + match.end()
    return len(text)


def _end_of_setting(text: str, start: int) -> int:
    if text[start - 1 : start + 1] in ("=&", "=;"):
        return start
    end = _end(_LINE, text, start)
    following = _NEXT_PAIR.search(text[start:end])
    return start + following.start() if following else end


def _is_prose(line: str) -> bool:
    """Whether what follows the name of a header is no more than words about it."""
    words = [word.rstrip(".,;:!?") for word in line.split()]
    is_said = not _PROSE.isdisjoint(map(str.lower, words))
    return len(words) > 1 and is_said and all(word.isalpha() and not _is_no_word(word) for word in words)


def _starts_line(text: str, at: int) -> bool:
    before = text[max(0, at - _LONGEST_INDENT) : at]
    return _LINE_START.match(before[before.rfind("\n") + 1 :]) is not None


def _is_list_of_settings(text: str) -> bool:
    lines = [line for line in text.splitlines()[:_SAMPLE] if line.strip()]
    settings = sum(_SETTING.match(line) is not None for line in lines)
    return settings > 1 and settings * 2 >= len(lines)


def _is_no_word(value: str) -> bool:
    """Whether a value after a colon is more than a word of prose."""
    word = value.rstrip(".!?)")
    digits, letters = any(map(str.isdigit, word)), any(map(str.isalpha, word))
    symbols = any(char in "!@#$%^&*+=~_/\\" for char in word)
    capitals = any(map(str.isupper, word[1:])) and any(map(str.islower, word))
    if len(word) < _SHORTEST_WORD or (not letters and len(word) > _LONGEST_NUMBER):
        return False
    return digits or symbols or capitals or len(word) > _LONGEST_WORD
