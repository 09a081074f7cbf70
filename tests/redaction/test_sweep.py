"""The record of removals."""

import pytest

from captured_exchanges.redaction.marker import is_marker
from captured_exchanges.redaction.sweep import MAX_REMOVALS
from support.redaction_exchanges import sweep


def test_removals_are_told_as_json_pointers():
    """Path and rule of each removal, in order, with the pointer's own characters escaped."""
    one = sweep()
    assert is_marker(one.remove(("body", "value", "a/b~c", 0), "name.password", "hunter-seven"))
    one.note(("url",), "url.userinfo")
    assert one.redactions() == [
        {"path": "/body/value/a~1b~0c/0", "rule": "name.password"},
        {"path": "/url", "rule": "url.userinfo"},
    ]


def test_the_list_is_bounded_and_says_so():
    """Beyond the bound the rest is counted in one entry."""
    one = sweep()
    for number in range(MAX_REMOVALS + 5):
        one.note(("body", number), "name.password")
    assert one.count == MAX_REMOVALS + 5
    assert len(one.redactions()) == MAX_REMOVALS + 1
    assert one.redactions()[-1] == {"path": "", "rule": "more", "count": 5}


def test_an_endless_name_does_not_grow_the_list():
    """Long names are cut in paths."""
    one = sweep()
    one.note(("x" * 10_000,), "name.password")
    assert len(one.redactions()[0]["path"]) < 200


def test_what_is_not_kept_is_not_told():
    """Removals inside a part that was left out are forgotten; others stay."""
    one = sweep()
    one.note(("body", "value"), "name.password")
    one.note(("url",), "url.path")
    one.forget(("body",))
    assert one.redactions() == [{"path": "/url", "rule": "url.path"}]


def test_only_what_can_be_told_from_data_is_learned():
    """Short and monotonous values would wreck data."""
    one = sweep()
    for value in ("short", "********", "aaaaaaaa1", "correct-horse"):
        one.learn(value)
    assert list(one.learned) == ["correct-horse"]


def test_headers_teach_only_in_responses():
    """A request's own credentials register themselves."""
    request, response = sweep(), sweep(of_response=True)
    request.learn_from_header("correct-horse")
    response.learn_from_header("correct-horse")
    assert not request.learned
    assert list(response.learned) == ["correct-horse"]


@pytest.mark.parametrize(
    "value", ["2024-01-01", "2024-01-01T10:00:00Z", "20240101000000Z", "133123456789012345"]
)
def test_a_time_teaches_nothing(value):
    """What an answer holds under the name of a secret by mistake must not take all that is like it along;
    what a request sends as a password is one.
    """
    answer, question = sweep(of_response=True), sweep()
    for one in (answer, question):
        one.learn(value, "name.password")
    assert answer.learned == {}
    assert question.learned == {value: "password"}
