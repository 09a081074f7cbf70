"""A statement without its secrets, and texts in which one may stand: literals, comments, cells, values."""

from __future__ import annotations

from collections.abc import Mapping

from captured_exchanges.redaction.detail import Detail
from captured_exchanges.redaction.marker import is_marker
from captured_exchanges.redaction.names import Effect, NameInfo
from captured_exchanges.redaction.patterns import clean, compiled
from captured_exchanges.redaction.sweep import Path, Sweep
from captured_exchanges.redaction.text import Text
from captured_exchanges.redaction.transports.sql.meeting import UNNAMED
from captured_exchanges.redaction.transports.sql.reading import Reader, Reading
from captured_exchanges.redaction.transports.sql.stripping import mentions_secret, stripped
from captured_exchanges.redaction.transports.sql.tokens import Kind, NotRead, Token
from captured_exchanges.redaction.transports.sql.writing import in_place_of
from captured_exchanges.redaction.values import looks_random

__all__ = ["LITERAL", "Statements", "goes", "kind_of"]

MAX_DEPTH = 4
"""SQL in literals of SQL that is followed."""
LITERAL = "sql.literal"
"""The rule by which a literal goes where none is kept."""
_SQL = compiled(
    r"(?is)^\s*(?:select\b.+\bfrom\b|select\b.+\(|insert\s+into\b|replace\s+into\b|update\s+\S+\s+set\b"
    r"|delete\s+from\b|merge\s+(?:into\s+)?\S+\s+using\b|(?:create|alter)\s+(?:or\s+replace\s+)?(?:user|role|login"
    r"|server|secret|credential|subscription|stage|connection|procedure|function|external|master|symmetric"
    r"|database)\b|grant\b.+\bto\b|set\s+password\b|(?:exec(?:ute)?\s+[\w.@]+|sp_\w+)\s*n?['(@]|call\s+[\w.]+\s*\("
    r"|begin\b.+\bend\b|declare\s+@?\w+\s+\w+|with\s+\w+\b.+\bas\s*\(|pragma\s+\w+\s*[=(]"
    r"|attach\s+(?:database\s+)?['\"])"
)
_COMMENT = compiled(r"(?s)(--|#|//|/\*[!+]?\d*)(.*?)((?:\*/)?\s*)$")
_PIECE = compiled(r"(?s)(?:--|#|//)[^\n]*\n?|/\*.*\*/")
_TELLING = compiled(r"['\"]|(?i:identified)")
_FIRST = compiled(r"[A-Za-z]+")
_KINDS = frozenset(
    """
    select insert update delete merge replace upsert with values create alter drop truncate rename
    grant revoke deny begin start commit rollback savepoint release set reset show describe desc
    explain analyze vacuum use call exec execute do declare prepare deallocate copy unload load lock
    unlock attach detach pragma comment refresh optimize put get list remove backup restore kill
    cache uncache reindex checkpoint listen notify fetch close open
    """.split()  # noqa: SIM905 - a table of words
)
_MAKING = frozenset({"do", "create"})
"""First words of statements in which a text between dollars is SQL, whatever it begins with."""
_LONGEST_LEAD = 256


def kind_of(statement: str) -> str:
    """The first word of a statement, in capitals; empty where it is none of SQL's."""
    first = _FIRST.search(clean(statement[:_LONGEST_LEAD]))
    return first[0].upper() if first is not None and first[0].lower() in _KINDS else ""


def goes(info: NameInfo | None, value: object) -> bool:
    """Whether a value goes that met a secret."""
    if info is None or value is None or isinstance(value, bool) or value == "":
        return False
    if info.effect is Effect.CONTAINER:
        return isinstance(value, str) and looks_random(value)
    return info is not UNNAMED or not isinstance(value, (int, float))


class Statements:
    """Redacts statements. Thread-safe."""

    def __init__(self, reader: Reader, text: Text, detail: Detail = Detail.FULL) -> None:
        self.reader = reader
        self.text = text
        self._detail = detail

    def redact(
        self, statement: str, reading: Reading | None, marks: Mapping[int, NameInfo], sweep: Sweep, path: Path
    ) -> str:
        """The statement without its secrets. `reading` None: it could not be read."""
        if self._detail is Detail.METADATA:
            return kind_of(statement)
        if reading is None:
            return stripped(statement, self.reader.names, sweep, path)
        one_pass = _Pass(self, reading, marks, sweep, path)
        return one_pass.without_literals() if self._detail is Detail.STRICT else one_pass.written()

    def scan(self, text: str, dialect: str, sweep: Sweep, path: Path, depth: int = 0) -> str:
        """A text of whatever kind without its secrets; where it is SQL, as SQL."""
        text = clean(text)
        if is_marker(text) or _SQL.search(text) is None:
            return self.text.scan(text, sweep, path)
        return self.text.scan(self.inner(text, dialect, sweep, path, depth), sweep, path)

    def inner(self, text: str, dialect: str, sweep: Sweep, path: Path, depth: int) -> str:
        """SQL that stands in something else, `depth` levels down, without its secrets."""
        if depth >= MAX_DEPTH:
            return sweep.remove(path, "depth", text)
        try:
            reading = self.reader.read(text, dialect)
        except NotRead:
            return stripped(text, self.reader.names, sweep, path)
        return _Pass(self, reading, _marks(reading), sweep, path, depth=depth + 1).written()


class _Pass:
    """One pass over one statement, by one thread."""

    __slots__ = ("_depth", "_marks", "_path", "_reading", "_rules", "_sweep")

    def __init__(
        self,
        rules: Statements,
        reading: Reading,
        marks: Mapping[int, NameInfo],
        sweep: Sweep,
        path: Path,
        *,
        depth: int = 0,
    ) -> None:
        self._rules = rules
        self._reading = reading
        self._marks = marks
        self._sweep = sweep
        self._path = path
        self._depth = depth

    def written(self) -> str:
        """The statement, what is no secret as it was."""
        pieces, done = [], 0
        for token in self._reading.tokens:
            pieces += [self._comments(done, token.start), self._token(token)]
            done = token.end
        pieces.append(self._comments(done, len(self._reading.statement)))
        return self._without_families("".join(pieces))

    def without_literals(self) -> str:
        """The statement with `?` for every literal; comments go, hints stay."""
        pieces, done = [], 0
        for token in self._reading.tokens:
            pieces += [self._hints(done, token.start), "?" if self._is_literal(token) else token.source]
            done = token.end
        pieces.append(self._hints(done, len(self._reading.statement)))
        written = "".join(pieces)
        if written != self._reading.statement:
            self._sweep.note(self._path, LITERAL)
        return self._without_families(written)

    def _token(self, token: Token) -> str:
        if token.kind in (Kind.BIND, Kind.MARK) or is_marker(token.text):
            return token.source
        info = self._marks.get(token.start)
        if info is not None and self._goes(token, info):
            self._sweep.learn(token.text)
            marker = self._sweep.remove(self._path, info.rule, token.text)
            return in_place_of(token, marker, self._reading.dialect)
        if token.kind is Kind.TEXT or (token.kind is Kind.QUOTED and token.source.startswith('"')):
            scanned = self._literal(token)
            return (
                token.source if scanned == token.text else in_place_of(token, scanned, self._reading.dialect)
            )
        return token.source

    def _goes(self, token: Token, info: NameInfo) -> bool:
        harmless = info.effect is Effect.SCALAR and self._rules.reader.names.is_harmless(token.text)
        value = 0 if token.kind is Kind.NUMBER else token.text
        return goes(info, value) and not harmless

    def _literal(self, token: Token) -> str:
        is_made = not self._reading.sense.first.isdisjoint(_MAKING)
        is_body = is_made and token.kind is Kind.TEXT and token.source.startswith("$")
        look = self._rules.inner if is_body else self._rules.scan
        return look(token.text, self._reading.dialect, self._sweep, self._path, self._depth)

    def _comments(self, start: int, end: int) -> str:
        """What stands between two tokens: hints and comments, and SQL in them that somebody took out."""
        gap = self._reading.statement[start:end]
        return _PIECE.sub(lambda piece: self._comment(piece[0]), gap) if gap.strip() else gap

    def _comment(self, comment: str) -> str:
        parts = _COMMENT.match(comment)
        if parts is None or _TELLING.search(comment) is None:
            return self._scanned(comment)
        body = parts[2]
        try:
            reading = self._rules.reader.read(body, self._reading.dialect)
        except NotRead:
            if mentions_secret(body, self._rules.reader.names):
                body = f" {stripped(body, self._rules.reader.names, self._sweep, self._path)} "
        else:
            if self._depth < MAX_DEPTH:
                below = _Pass(
                    self._rules, reading, _marks(reading), self._sweep, self._path, depth=self._depth + 1
                )
                body = below.written()
        return self._scanned(f"{parts[1]}{body}{parts[3]}")

    def _scanned(self, text: str) -> str:
        return self._rules.text.scan(text, self._sweep, self._path)

    def _without_families(self, statement: str) -> str:
        """Secrets that are known by their looks, in names too."""
        families = self._rules.text.families
        if not families.survivor(statement.encode()):
            return statement
        return families.replace(statement, lambda rule, value: self._sweep.remove(self._path, rule, value))

    def _hints(self, start: int, end: int) -> str:
        def shown(comment: str) -> str:
            return self._scanned(comment) if comment.startswith("/*+") else " "

        return _PIECE.sub(lambda piece: shown(piece[0]), self._reading.statement[start:end])

    def _is_literal(self, token: Token) -> bool:
        if token.kind is Kind.QUOTED and token.start not in self._marks:
            doubtful = token.is_text or self._reading.dialect in self._rules.reader.table.string_quotes
            return token.source.startswith('"') and doubtful
        said = token.kind is not Kind.BIND and token.start in self._marks
        return said or token.kind in (Kind.TEXT, Kind.NUMBER)


def _marks(reading: Reading) -> dict[int, NameInfo]:
    return {**reading.meeting.marks, **reading.meeting.records.paired({})}
