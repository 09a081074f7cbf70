import pytest

from captured_exchanges.cli.finding import finding_lines, finding_record, note, ok, problem, warning

LONG = "a sentence that goes on for longer than the columns of a narrow terminal would have it on one line"


def shown(finding, width=60):
    return [line.plain for line in finding_lines(finding, width)]


def test_a_finding_says_how_bad_it_is_in_words():
    """Severity, check and what was found stand on one line: colours only repeat the word."""
    assert [shown(make("modes", "it is so"))[0].split() for make in (ok, note, problem)] == [
        [word, "modes", "it", "is", "so"] for word in ("ok", "note", "problem")
    ]


def test_what_to_do_stands_below():
    """The next line says what to do, behind an arrow, where what was found begins."""
    first, second = shown(warning("modes", "it is so", "chmod 600 x"))
    assert second == " " * first.index("it is so") + "→ chmod 600 x"


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal(width):
    """Sentences are folded between words, below themselves."""
    lines = shown(warning("modes", LONG, LONG), width)
    assert max(map(len, lines)) <= width
    told, _, todo = " ".join(" ".join(lines).split()).partition(" → ")
    assert (told, todo) == (f"warning modes {LONG}", LONG)


def test_a_word_is_never_broken():
    """What people copy stays in one piece, however narrow the terminal."""
    path = "/a/very/long/path/" + "x-y" * 30
    assert any(path in line for line in shown(problem("opening", f"{path} is a folder"), 40))


def test_foreign_text_cannot_act():
    """What a file or a peer says is shown with its control characters escaped, on its line."""
    lines = shown(problem("x", "red\x1b[31m\nand more", "\u202eright"))
    assert all(line.isprintable() for line in lines)
    assert "\\x1b[31m\\nand" in lines[0]


def test_a_record_has_the_raw_text():
    """In JSON nothing is escaped twice, and a finding that needs nothing done says so with empty text."""
    assert finding_record("f.c1z", ok("modes", "a\x1bb")) == {
        "place": "f.c1z",
        "check": "modes",
        "severity": "ok",
        "what": "a\x1bb",
        "todo": "",
    }
