"""From an object to the exchanges that built it."""

from captured_exchanges.provenance.explain import explain
from captured_exchanges.provenance.explanation import Explanation, ObjectNotFound

__all__ = ["Explanation", "ObjectNotFound", "explain"]
