# ruff: noqa: E501 - a case is a line
"""GraphQL."""

import pytest

from captured_exchanges.redaction.marker import MARKER
from captured_exchanges.redaction.patterns import compiled
from captured_exchanges.redaction.text.graphql import GraphQL
from support.redaction_exchanges import sweep
from support.redaction_readers import TEXT

GRAPHQL = GraphQL(TEXT.names)
TAGGED = compiled(MARKER)


def shown(text):
    return TAGGED.sub(lambda _: "<>", GRAPHQL.redact(text, sweep(), ()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('mutation { login(password: "abc", user: "bob") { ok } }', 'mutation { login(password: "<>", user: "bob") { ok } }'),
        ("{ me(pin: 1234, id: 5678) { id } }", "{ me(pin: <>, id: 5678) { id } }"),
        ('mutation M($password: String = "abc", $n: Int = 5) { x(p: $password) }',
         'mutation M($password: String = "<>", $n: Int = 5) { x(p: $password) }'),
        ('mutation { create(input: {secret: {value: "abc", n: 1}, name: "x"}) { id } }',
         'mutation { create(input: {secret: {value: "<>", n: <>}, name: "x"}) { id } }'),
        ('query { x(apiKeys: ["a", "b"], ids: ["c"]) { id } }', 'query { x(apiKeys: ["<>", "<>"], ids: ["c"]) { id } }'),
        ('query Q { x(token: """a\n"b" c""") { id } }', 'query Q { x(token: """<>""") { id } }'),
        ('# password: "no"\nquery { x(token: "a\\"b") }', '# password: "no"\nquery { x(token: "<>") }'),
        ('subscription { x(token: "never closed', 'subscription { x(token: "<>'),
        ('query { x(token: "none", password: "none") }', 'query { x(token: "none", password: "<>") }'),
    ],
)  # fmt: skip
def test_arguments_with_secret_names_go(text, expected):
    """Strings and numbers, in objects, lists and defaults of variables."""
    assert shown(text) == expected
    assert shown(expected.replace("<>", "[REDACTED:text.x]")) == expected


@pytest.mark.parametrize(
    "text",
    [
        "query Q($token: String!) { user(token: $token) { password id } }",
        "query { accessToken: authToken secret password }",
        "mutation { setTokenKind(token: BEARER, on: true) { id } }",
        'token: "abc" is what query { means',
        "query { password: displayName token: user(id: 7) { secret: isAdmin1 } }",
        'mutation { secret: setName(input: {name: "bob7"}) { token: newName1 } }',
        "query the database",
        '{"password": "abc"}',
        "",
    ],
)
def test_variables_enums_and_fields_stay(text):
    """And so does every text that is none of GraphQL's."""
    assert shown(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "query Q($password: [String!]!) { password: displayName1 token: user(id: 7) { secret: isAdmin1 } }",
        'mutation { secret: setName(input: {name: "bob7"}) { password: newName1 } }',
        "fragment F on User { password: passwordChanged1 }",
    ],
)
def test_aliases_stay_in_a_scan(text):
    """Behind a colon GraphQL has names; what is no GraphQL has passwords."""
    assert TEXT.scan(text, sweep(), ()) == text
    assert "Winter24" not in TEXT.scan("{ user { password: Winter24 } }", sweep(), ())
    assert "Winter24" not in TEXT.scan('query { a(password: "Winter24") }', sweep(), ())
