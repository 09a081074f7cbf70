"""The suite and the page agree: each rule of docs/protocol.md has a module here, and tests named by it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs/protocol.md"
RULES = range(1, 17)


def titles() -> dict[int, str]:
    """Of the page's rules, by number: the words in bold that a rule begins with."""
    rules = PAGE.read_text().partition("\n## Rules\n")[2].partition("\n## ")[0]
    found = [line.partition(". **") for line in rules.splitlines() if line[:1].isdigit()]
    return {int(number): rest.partition("**")[0].rstrip(".") for number, _, rest in found}


def module(number: int) -> Path:
    """Where a rule is tested."""
    words = titles()[number].casefold().replace("-", " ").split()
    return HERE / f"test_rule_{number:02}_{'_'.join(words)}.py"


def functions_of(path: Path) -> list[ast.FunctionDef]:
    """Its test functions."""
    functions = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)]
    return [function for function in functions if function.name.startswith("test_")]


def test_the_page_lists_every_rule_once_and_in_order():
    """Sixteen of them, and none beside."""
    assert list(titles()) == list(RULES)


@pytest.mark.parametrize("number", RULES)
def test_each_rule_has_tests_named_by_it(number):
    """All tests of a rule's module carry its number and title, say in a sentence what they hold, and run over
    every pairing.
    """
    found = functions_of(module(number))
    assert found
    for test in found:
        assert test.name.startswith(f"{module(number).stem}_")
        assert ast.get_docstring(test)
        assert "pairing" in [argument.arg for argument in test.args.args] or test.name in ABOUT_PROCESSES


ABOUT_PROCESSES = {"test_rule_11_stopping_begins_when_a_process_is_told_to"}
"""What tells a process to stop knows nothing of clients and transports."""


def test_no_module_here_is_of_a_rule_that_is_not():
    """A rule that is renamed or renumbered takes its tests along."""
    assert {path.name for path in HERE.glob("test_rule_*.py")} == {module(number).name for number in RULES}
