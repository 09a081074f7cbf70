"""Cells of tables."""

import pytest

from support.redaction_markup import redacted

GONE = "[REDACTED:name.password]"


@pytest.mark.parametrize(
    "text",
    [
        "<tr><td>Password</td><td>{}</td><td>bob</td></tr>",
        "<tr><td><b>Password</b>:</td><td><code>{}</code></td><td>bob</td></tr>",
        "<table><tr><td>User</td><td>bob</td></tr><tr><td>Password</td><td>{}</td></tr></table>",
        "<table><tr><th>Password</th><th>User</th></tr><tr><td>{}</td><td>bob</td></tr></table>",
        "<table><tr><td>Id</td><td>User</td><td>Password</td></tr><tr><td>1</td><td>bob</td><td>{}</td></tr></table>",
        "<table><tr><th>A</th><th>Password</th></tr><tr><td><table><tr><td>b</td></tr></table></td><td>{}</td></tr></table>",
        "<dl><dt>Password</dt><dd>{}</dd><dd>{}</dd><dt>User</dt><dd>bob</dd></dl>",
        "<table><tr><th>User</th><th>Password</th></tr></table><tr><td>bob</td><td>carol</td></tr><pin>{}</pin>",
    ],
)
def test_a_cell_names_the_next_and_a_head_its_column(text):
    """Nothing else goes."""
    kept = redacted(text.format("hunter", "hunter"))
    rule = GONE.replace("password", "pin") if "<pin>" in text else GONE
    assert kept == text.format(rule, rule)


@pytest.mark.parametrize(
    "text",
    [
        "<table><tr><td>Password</td><td>Change</td></tr><tr><td>Email</td><td>bob</td></tr></table>",
        "<table><tr><td>Password</td><td>API key</td></tr></table>",
        "<tr><th>Password</th><th>Role</th></tr>",
        "<tr><td>Password policy</td><td>strong</td></tr>",
        "<tr><td>Password</td><td>none</td></tr>",
    ],
)
def test_what_is_no_value_of_a_cell_stays(text):
    """Links that change it, other names, heads."""
    assert redacted(text) == text
