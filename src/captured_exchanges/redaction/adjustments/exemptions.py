"""What stays although a rule would remove it: asked of single removals, whatever rule, wherever.

An exemption can never uncover a private key, nor what the closing verifier finds, which would cost the
whole body; nor what a profile leaves out. Registered secrets are no matter of it at all: they are removed
from the finished document.
"""

from __future__ import annotations

from captured_exchanges.redaction.adjustments.paths import JsonPath, Paths
from captured_exchanges.redaction.adjustments.table import Leaf, Rules
from captured_exchanges.redaction.names import Names, NameTable
from captured_exchanges.redaction.patterns import clean, compiled
from captured_exchanges.redaction.sweep import Path, pointer
from captured_exchanges.redaction.values import Families

__all__ = ["Exemptions", "is_protected_name"]

_PRIVATE_KEY = "private_key"
_NEVER = frozenset({"registered", "failed", "depth", "detail"})
"""First words of rules from which nothing is exempt."""


def is_protected_name(name: str, names: Names) -> bool:
    """Whether a name is one of private keys, or of the private half of a key."""
    info = names.of(name)
    return _PRIVATE_KEY in info.rule or "kty" in info.companions


class Exemptions:
    """Decides about single removals. Thread-safe as far as its functions are."""

    def __init__(self, rules: Rules, table: NameTable, families: Families) -> None:
        self._paths = Paths(map(JsonPath.parsed, rules.paths))
        self._patterns = [(rule.gates, compiled(rule.pattern)) for rule in rules.values]
        self._judges = [judge.function for judge in rules.judges]
        self._families = families
        halves = {name.replace(" ", "_") for name, beside in table.beside.items() if "kty" in beside}
        self._protected = halves | {_PRIVATE_KEY} | {row.name for row in families.rows if row.sure}

    def __call__(self, path: Path, rule: str, value: str) -> bool:
        """Whether a value stays that a rule would remove."""
        return self._asked_for(path, rule, value) and not self._is_protected(rule, value)

    def _asked_for(self, path: Path, rule: str, value: str) -> bool:
        if self._paths and self._paths.lead_to(path):
            return True
        text = clean(value)
        lowered = text.lower()
        for gates, pattern in self._patterns:
            open_gate = not gates or any(gate in lowered for gate in gates)
            if open_gate and pattern.fullmatch(text) is not None:
                return True
        leaf = Leaf(pointer(path), value, rule)
        return any(judge(leaf) for judge in self._judges)

    def _is_protected(self, rule: str, value: str) -> bool:
        kind, _, label = rule.partition(".")
        return kind in _NEVER or label in self._protected or self._families.survivor(clean(value).encode())
