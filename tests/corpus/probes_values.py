"""Probes of what is known by its looks: families of values, and words that base64 and hex hide."""

import base64
import string

from captured_exchanges.redaction.patterns import compiled
from corpus.planting import got, text

_BLANK = compiled(r"<[albuw]\*(\d+)>")
_LETTERS = str.maketrans(string.digits, "abcdefghij")
_TRIES = 50


def _random(plant, template):
    return plant.id(template)


def _in_letters(plant, template):
    """The same in letters alone: what looks like no credential goes only where the row knows its place."""
    return plant.id(_BLANK.sub(lambda blank: plant.id(f"<l*{blank[1]}>").translate(_LETTERS), template))


def _member(plant, family, fill, template):
    """A member that its row takes, planted, or empty: one in a hundred of the shortest looks like a word by
    chance, and some never look like what they are in letters alone.
    """
    pattern = family.compile()
    for _ in range(_TRIES):
        member = fill(plant, template)
        match = pattern.search(member)
        secret = match and match[1 if pattern.groups else 0]
        if secret and (family.accept is None or family.accept(secret)):
            plant.known(secret)
            return member
    return ""


def _members(fill, place):
    def probe(plant, family):
        members = [_member(plant, family, fill, template) for template in family.templates]
        return [place(member) for member in members if member]

    return probe


_FILLS = (_random, _in_letters)
_PLACES = (
    lambda member: got({"note": f"see {member} there"}),
    lambda member: got({"note": member}),
    lambda member: text(f"x: 1, see\n{member}\nend\n"),
)


def _hidden(encode):
    def probe(plant, word):
        run = encode(f"{word}={plant.id('<a*16>')}".encode())
        return got({"note": f"see {plant.known(run)} there"})

    return probe


PROBES = {
    "families": [_members(fill, place) for fill in _FILLS for place in _PLACES],
    "encoded": [_hidden(lambda plain: base64.b64encode(plain).decode()), _hidden(bytes.hex)],
}
