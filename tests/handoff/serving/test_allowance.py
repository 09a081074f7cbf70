from hypothesis import given
from hypothesis import strategies as st

from captured_exchanges.handoff.serving.allowance import Allowance


@given(
    max_exchanges=st.integers(1, 5),
    max_bytes=st.integers(1, 100),
    moves=st.lists(st.one_of(st.integers(1, 150), st.integers(-10, 0))),
)
def test_rule_5_the_allowance_is_never_exceeded_but_by_one_alone(max_exchanges, max_bytes, moves):
    """Whatever is sent where admitted, and acked in any steps, what is out stays within both bounds."""
    allowance = Allowance(max_exchanges, max_bytes)
    out: list[tuple[int, int]] = []
    for sequence, move in enumerate(moves, 1):
        if move > 0 and allowance.admits(move):
            allowance.sent(sequence, move)
            out.append((sequence, move))
        elif move <= 0:
            allowance.acked(sequence + move)
            out = [(other, size) for other, size in out if other > sequence + move]
        assert allowance.outstanding_exchanges == len(out)
        assert allowance.outstanding_bytes == sum(size for _, size in out)
        assert len(out) == 1 or (len(out) <= max_exchanges and allowance.room_bytes >= 0)


def test_rule_5_one_larger_than_all_passes_alone_and_nothing_beside_it():
    """It is admitted when nothing is out, and until it is acked nothing else is."""
    allowance = Allowance(10, 100)
    assert allowance.admits(500)
    allowance.sent(1, 500)
    assert not allowance.admits(1)
    allowance.acked(1)
    assert allowance.admits(1)
