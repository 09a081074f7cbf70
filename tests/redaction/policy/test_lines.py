"""On which line a key of a TOML file stands."""

import time
import timeit
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captured_exchanges.redaction.policy.lines import Lines
from support.examples import EXAMPLES

TEXT = '''\
# a comment

a = 1
b.c = 2
"d e" = """
two
lines"""

[f]  # a table
g = [
  "one", "two",

  # three
  "three",
  ["deep"],
]
h = { i = 1, j = [2] }

[[k]]
l = 1

[[k]]
l = 2
[k.m]
n = 1
[[k.o]]
p = 1
'''

PLACES = {
    (): 1, ("a",): 3, ("b",): 4, ("b", "c"): 4, ("d e",): 5, ("f",): 9, ("f", "g"): 10, ("f", "g", 0): 11,
    ("f", "g", 1): 11, ("f", "g", 2): 14, ("f", "g", 3): 15, ("f", "g", 3, 0): 15, ("f", "h"): 17,
    ("f", "h", "i"): 17, ("f", "h", "j", 0): 17, ("k",): 19, ("k", 0): 19, ("k", 0, "l"): 20, ("k", 1): 22,
    ("k", 1, "l"): 23, ("k", 1, "m"): 24, ("k", 1, "m", "n"): 25, ("k", 1, "o", 0, "p"): 27,
}  # fmt: skip


@pytest.mark.parametrize("path", PLACES)
def test_a_key_has_a_line(path):
    """Whatever TOML offers to write one."""
    assert Lines(TEXT).of(path) == PLACES[path]


def test_what_has_no_line_has_that_of_what_is_above():
    """A key that is missing is missing in its table."""
    assert Lines(TEXT).of(("f", "zzz")) == 9
    assert Lines(TEXT).of(("zzz",)) == 1
    assert Lines("").of(("a", 0)) == 1


@settings(max_examples=EXAMPLES)
@given(st.lists(st.text("abc\"'#,[]= \n", max_size=12), max_size=8))
def test_every_item_of_a_list_is_found_on_its_line(items):
    """Strings may hold whatever looks like TOML."""
    spelled = ["'''\n" + item.replace("'", "") + "'''," for item in items]
    text = "x = [\n" + "\n".join(spelled) + "\n]\n"
    assert tomllib.loads(text)["x"] == [item.replace("'", "") for item in items]
    lines = Lines(text)
    for at in range(len(items)):
        assert lines.of(("x", at)) == 1 + sum(piece.count("\n") + 1 for piece in spelled[: at + 1])


@pytest.mark.parametrize("unit", ['"a name",\n', '["a",\n"b"],\n', ', "a"\n'])
def test_long_lists_cost_their_length(unit):
    """However they are written."""

    def seconds(count):
        text = "x = [\n" + (unit * count).removeprefix(",") + "]\n"
        assert Lines(text).of(("x", count - 1)) == text.count("\n") - 1
        return min(timeit.repeat(lambda: Lines(text), number=1, repeat=3, timer=time.thread_time))

    assert seconds(2_000) < 8 * seconds(500)
