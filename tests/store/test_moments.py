import pytest
from hypothesis import given
from hypothesis import strategies as st

from captured_exchanges.store.moments import now, text


@pytest.mark.parametrize(
    ("nanoseconds", "expected"),
    [
        (0, "1970-01-01 00:00:00"),
        (1, "1970-01-01 00:00:00.000000001"),
        (1_500_000_000, "1970-01-01 00:00:01.5"),
        (1_795_337_058_377_296_247, "2026-11-22 08:44:18.377296247"),
        (10_000_000_000, "1970-01-01 00:00:10"),
    ],
)
def test_times_are_written_as_go_writes_them(nanoseconds, expected):
    """Nanoseconds, trailing zeros of the fraction dropped, and no point without a fraction."""
    assert text(nanoseconds) == expected


@given(st.integers(0, 2**62), st.integers(0, 2**62))
def test_texts_sort_as_their_times(first, second):
    """Comparing the texts compares the times, so SQL may order by them."""
    assert (text(first) < text(second)) == (first < second)


def test_now_is_this_century():
    """`now` is a moment of the wall clock."""
    assert now().startswith("20")
