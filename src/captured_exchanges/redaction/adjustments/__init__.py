"""What a policy adds to the tables and exempts from them, place by place and value by value."""

from captured_exchanges.redaction.adjustments.additions import NO_ADDITIONS, Additions
from captured_exchanges.redaction.adjustments.exemptions import Exemptions, is_protected_name
from captured_exchanges.redaction.adjustments.paths import BadPath, JsonPath
from captured_exchanges.redaction.adjustments.table import NO_RULES, Judge, Leaf, Rules, ValueRule

__all__ = [
    # additions
    "NO_ADDITIONS",
    "Additions",
    # exemptions
    "Exemptions",
    "is_protected_name",
    # paths
    "BadPath",
    "JsonPath",
    # table
    "NO_RULES",
    "Judge",
    "Leaf",
    "Rules",
    "ValueRule",
]
