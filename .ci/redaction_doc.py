"""The tables of docs/redaction.md, from the default policy. `--check` compares; without it they are written.

A table stands between `<!-- table NAME -->` and `<!-- end -->`; everything else on the page is by hand.
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from captured_exchanges.redaction import DEFAULT_POLICY

PAGE = Path("docs/redaction.md")
BEGIN, END = "<!-- table {} -->\n", "<!-- end -->"


def words(phrases: Iterable[str]) -> str:
    """Phrases as code, in order."""
    return ", ".join(f"`{phrase}`" for phrase in sorted(phrases))


def labelled(*tables: Mapping[str, tuple[str, ...]]) -> str:
    """Phrases by the rule that they are removed under."""
    rows: dict[str, set[str]] = {}
    for table in tables:
        for label, phrases in table.items():
            rows.setdefault(label, set()).update(phrases)
    lines = [f"| `name.{label}` | {words(phrases)} |" for label, phrases in sorted(rows.items())]
    return "\n".join(["| rule | names, as words |", "|---|---|", *lines, ""])


def beside(table: Mapping[str, tuple[str, ...]]) -> str:
    """Names that are secret only beside others."""
    lines = [f"| `{name}` | {words(others)} |" for name, others in sorted(table.items())]
    return "\n".join(["| name | beside |", "|---|---|", *lines, ""])


def listed(phrases: Iterable[str]) -> str:
    """Phrases in a line."""
    return f"{words(phrases)}\n"


NAMES, SQL = DEFAULT_POLICY.names, DEFAULT_POLICY.sql
TABLES: dict[str, Callable[[], str]] = {
    "names": lambda: labelled(NAMES.strong, NAMES.scalar, NAMES.listed, NAMES.whole),
    "beside": lambda: beside(NAMES.beside),
    "containers": lambda: listed(NAMES.containers),
    "pagination": lambda: listed(NAMES.pagination),
    "benign": lambda: listed(NAMES.benign),
    "exempt tails": lambda: listed(NAMES.exempt_tails),
    "headers": lambda: listed(DEFAULT_POLICY.headers.live | DEFAULT_POLICY.headers.secret),
    "kept headers": lambda: listed(DEFAULT_POLICY.headers.kept),
    "places": lambda: listed({f"name.{resource.label}" for resource in DEFAULT_POLICY.resources}),
    "parameters": lambda: listed(DEFAULT_POLICY.urls.params),
    "families": lambda: listed({family.name for family in DEFAULT_POLICY.families}),
    "statements": lambda: listed(phrase for phrases in SQL.phrases.values() for phrase in phrases),
    "attributes": lambda: listed(DEFAULT_POLICY.ldap.secret),
    "kept attributes": lambda: listed(DEFAULT_POLICY.ldap.kept),
    "markup": lambda: labelled(DEFAULT_POLICY.markup.secret),
}


def main() -> int:
    """Write the tables, or say which differ."""
    page = PAGE.read_text()
    written = page
    for name, table in TABLES.items():
        begin = BEGIN.format(name)
        before, found, rest = written.partition(begin)
        if not found:
            print(f"{PAGE}: no table {name!r}", file=sys.stderr)
            return 1
        written = before + begin + table() + END + rest.partition(END)[2]
    if "--check" not in sys.argv:
        PAGE.write_text(written)
    elif written != page:
        print(f"{PAGE}: its tables are not the policy's: python .ci/redaction_doc.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
