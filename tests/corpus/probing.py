"""Asking what goes wrong with a probe: an exchange, or several in order, in which a row decides.

A probe is a function from a `Plant` and what a row says to what a case of the corpus is. Two keys say more:
`policy`, a change of the policy; and `before`, of an exchange that only comes before what is looked at.
"""

from captured_exchanges.redaction import DEFAULT_POLICY, Redactor
from corpus.looking import wrongs
from corpus.planting import Plant
from support.redaction_exchanges import exchange

__all__ = ["wrong"]


def wrong(probe, said, seed, policy=DEFAULT_POLICY, redactor=None):
    """What goes wrong with a probe, made for what a row says; by a Redactor of that policy."""
    plant = Plant(seed)
    made = probe(plant, said)
    made = made if isinstance(made, list) else [made]
    changes = [one.pop("policy") for one in made if "policy" in one]
    if changes or redactor is None:
        redactor = Redactor(changes[0](policy) if changes else policy)
    return [what for one in made for what in _wrongs(one, redactor, plant)]


def _wrongs(one, redactor, plant):
    is_before = one.pop("before", False)
    redacted = redactor.redact(exchange(**one))
    return [] if is_before else wrongs(one, redacted, plant.secrets)
