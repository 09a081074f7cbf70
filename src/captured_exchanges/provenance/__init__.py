"""From an object to the exchanges that built it."""

from captured_exchanges.provenance.dangling import Annotations, survey
from captured_exchanges.provenance.explain import explain
from captured_exchanges.provenance.explanation import Explanation, ObjectNotFound

__all__ = ["Annotations", "Explanation", "ObjectNotFound", "explain", "survey"]
