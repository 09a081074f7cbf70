# ruff: noqa: E501 - a row is a line
"""The walk over markup: what it costs."""

import sys
import time
import timeit

import pytest

from captured_exchanges.redaction.names.names import Names
from captured_exchanges.redaction.text.text import Text
from captured_exchanges.redaction.values.families import Families
from support.redaction_exchanges import sweep

HOSTILE = [
    "<", '<a b="', "<a b='\" ", "<![CDATA[", "<!--", "<?a>", "<?", "<script>", "<script", "</", "<a ", "&", "&amp;",
    "&#112;", "<!DOCTYPE a[", '<!DOCTYPE a [<!ENTITY a "b">', "<a>", "<password>", "<a></b>", "</password>",
    "<value>", "<hash>x", "<name>password</name>", "<value>x</value>", "<td>Password</td>", "<tr><td>Password",
    "<table>", "<label>Password</label>", "<li id=password>", "<b>&lt;password&gt;x</b>", "<input name=password value=x>",
    "<b>password: x</b>", "]]>", "<!--<?", "<a salt=x>", "<name>", "<entry>", "<p>password is", " <value> ",
]  # fmt: skip


class Counting(Text):
    """Text that counts the characters that are scanned."""

    scanned = 0

    def scan(self, text, sweep, path, depth=0):
        self.scanned += len(text)
        return super().scan(text, sweep, path, depth)


def work(text):
    """Calls of functions, and characters scanned, that a text takes."""
    reader, calls = Counting(Names(), Families()), 0

    def count(_frame, event, _argument):
        nonlocal calls
        calls += event == "call"

    reader.markup("<password>x</password>", sweep(), ())
    reader.scanned = 0
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        reader.markup(text, sweep(), (), is_cut=True)
    finally:
        sys.setprofile(before)
    return calls, reader.scanned


@pytest.mark.parametrize("unit", HOSTILE)
def test_the_work_is_linear_in_hostile_input(unit):
    """Four times the text, about four times the calls and the characters that are looked at again."""
    small, large = work(unit * 100), work(unit * 400)
    assert large[0] <= 4.5 * small[0] + 1_000
    assert large[1] <= 4.5 * small[1] + 1_000 * len(unit)


def test_a_cut_below_many_open_elements_is_no_trap():
    """What each of them holds up to the cut is no value to be looked at: JWKs have a `p`, and pages have more."""
    reader = Text(Names(), Families())

    def seconds(count):
        text = "<p>password is " * count
        return min(
            timeit.repeat(
                lambda: reader.markup(text, sweep(), (), is_cut=True),
                number=1,
                repeat=3,
                timer=time.thread_time,
            )
        )

    assert seconds(4_000) < 8 * seconds(1_000)


def test_a_hundred_thousand_levels_are_no_recursion():
    """Elements are kept in a list; a secret at the bottom goes."""
    text = "<a>" * 100_000 + "<password>hunter2aB3</password>" + "</a>" * 100_000
    kept = Text(Names(), Families()).markup(text, sweep(), ())
    assert "hunter2aB3" not in kept
    assert kept.startswith("<a>" * 100_000)


def test_nothing_is_expanded_and_nothing_fetched():
    """A billion laughs are ten short lines, and they go."""
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    kept = Text(Names(), Families()).markup(
        f'<!DOCTYPE a [<!ENTITY l0 "ha">{lines}]><a password="&l9;">&l9;</a>', sweep(), ()
    )
    assert kept.count("[REDACTED:name.entity") == 10
    assert kept.endswith(">&l9;</a>")
