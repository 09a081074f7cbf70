"""The native pass that learns."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.redaction.bodies import gate as module
from captured_exchanges.redaction.bodies.gate import Gate
from support.examples import EXAMPLES

PAGE = b'[{"pinned":1,"at":"pin cushion"},{"pinned":2,"at":"pin cushion"}]'


def learned():
    """A gate that looks for pins, and has learned two words that hold one."""
    gate = Gate("pin")
    gate._worth_it = 2
    for _ in range(8):
        gate.passes_by(b'"pinned":', guarded=True)
        gate.passes_by(b'"pin cushion"', guarded=False)
    return gate


def hits(gate, data):
    """Where the strings begin that are hit, as `hits` asks for them."""
    start, found = 0, []
    while (end := gate.end_of_hit(data, start)) >= 0:
        end -= 3 if data[end - 1 : end] in (b"{", b"[") else 0
        found.append(data.rindex(b'"', 0, end))
        start = data.index(b'"', end)
    return found


def test_what_it_has_not_learned_it_hits():
    """One after the other."""
    assert [PAGE[at : at + 5] for at in hits(Gate("pin"), PAGE)] == [b'"pinn', b'"pin '] * 2


def test_what_recurs_is_learned_once_that_is_worth_it():
    """Then a hit in it is told to be known."""
    gate = learned()
    assert gate.passes_by(b'"pinned":', guarded=True)
    assert gate.passes_by(b'"pin cushion"', guarded=False)
    assert not gate.passes_by(b'"spin":', guarded=False)
    assert not Gate("pin").passes_by(b'"pinned":', guarded=True)


def test_what_it_has_learned_it_passes_by_but_for_the_last():
    """A page of near-misses costs two searches: one stops in the last of them, none is behind it."""
    assert hits(learned(), PAGE) == [PAGE.rindex(b'"pin')]


def test_a_key_that_is_no_near_miss_before_an_object_is_hit_there():
    """Wherever it stands among others that are."""
    for value in (b"{}", b"[1]"):
        data = PAGE[:-1] + b',{"pinned":' + value + b"}," + PAGE[1:]
        end = learned().end_of_hit(data, 0)
        assert data[:end].endswith(b'"pinned":' + value[:1])


@pytest.mark.parametrize("miss", [b'"pin"', b'"pinned"', b'"pinned" :', b'"pin cushions"', b'"a pin"'])
def test_what_only_resembles_a_near_miss_is_hit(miss):
    """Before, between and behind near-misses."""
    for before, behind in ((b"", PAGE), (PAGE, b""), (PAGE, PAGE)):
        assert len(before) in hits(learned(), before + miss + behind)


_PIECES = [
    b'"pinned":',
    b'"pin cushion"',
    b'"pin"',
    b'"spinner":',
    b"{",
    b"[",
    b",",
    b'"x":',
    b"1",
    b"}",
    b"]",
]
_LEARNED = learned()


@settings(max_examples=EXAMPLES)
@given(st.lists(st.sampled_from(_PIECES), max_size=30))
def test_no_hit_outside_a_near_miss_is_ever_passed_by(pieces):
    """Whatever stands around it."""
    expected, at = set(), 0
    for piece, following in itertools.pairwise([*pieces, b""]):
        if piece in (b'"pin"', b'"spinner":') or (piece == b'"pinned":' and following in (b"{", b"[")):
            expected.add(at)
        at += len(piece)
    assert expected <= set(hits(_LEARNED, b"".join(pieces)))


def test_what_is_too_long_or_too_much_is_not_kept(monkeypatch):
    """Bounded, whatever pages hold."""
    monkeypatch.setattr(module, "_MOST_SEEN", 4)
    gate = Gate("pin")
    for number in range(50):
        gate.passes_by(b'"pin%d"' % number, guarded=False)
        gate.passes_by(b'"pin' + b"x" * 500 + b'"', guarded=False)
    assert len(gate._seen) <= 4
    assert all(len(token) < 500 for token in gate._seen)
