# ruff: noqa: E501 - a row of a table is a line
"""Policy files: a good one, and everything that may be wrong with one, by file, line and key."""

import random

import pytest

from captured_exchanges.errors import PolicyError
from captured_exchanges.redaction import Policy, PolicyProblems, load_policy
from captured_exchanges.redaction.adjustments import ValueRule
from captured_exchanges.redaction.detail import Detail
from captured_exchanges.redaction.policy import SecretSource
from captured_exchanges.redaction.policy.file import parse_policy
from captured_exchanges.redaction.values.table import FAMILIES, example

GOOD = """\
schema = 1
name = "acme"
version = "7"
extends = "strict"
detail = "full"
jwt = "claims"

[bounds]
max_text_bytes = "512K"
max_decoded_bytes = 4096

[remove]
names = ["badgeNumber"]
headers = ["X-Acme-Ticket"]
parameters = ["ticketId"]
cookies = ["ACME"]
paths = ["$.users[*].ssn"]

[[remove.values]]
name = "employee"
pattern = 'EMP\\d{6}'
gate = "EMP"

[keep]
names = ["pin"]
headers = ["X-Api-Key"]
parameters = ["sig"]
cookies = ["theme"]
paths = ["$..deviceToken"]
values = [{ name = "service", pattern = 'svc-[a-z]+' }]

[[secrets]]
env = "ACME_TOKEN"

[[secrets]]
file = "key.txt"
optional = true
"""


def write(tmp_path, text):
    path = tmp_path / "acme.toml"
    path.write_text(text)
    return path


def problems_of(tmp_path, text):
    """Each problem as `line: key: what`."""
    with pytest.raises(PolicyProblems) as caught:
        load_policy(write(tmp_path, text))
    assert str(caught.value).startswith(f"{tmp_path}/acme.toml:")
    return [f"{problem.line}: {problem.key}: {problem.what}" for problem in caught.value.problems]


def test_a_file_says_all_that_code_can(tmp_path):
    """Every key ends where a builder would have put it."""
    policy = load_policy(write(tmp_path, GOOD))
    assert (policy.name, policy.version, policy.detail, policy.jwt) == ("acme", "7", Detail.FULL, "claims")
    assert (policy.max_text_bytes, policy.max_decoded_bytes) == (512 * 1024, 4096)
    built = (
        Policy.default(name="acme", version="7")
        .with_removed(
            names=["badge number"], headers=["x-acme-ticket"], parameters=["ticket id"], cookies=["acme"],
            paths=["$.users[*].ssn"], values=[ValueRule("employee", r"EMP\d{6}", ("emp",))],
        )
        .with_kept(
            names=["pin"], headers=["x-api-key"], parameters=["sig"], cookies=["theme"],
            paths=["$..deviceToken"], values={"service": "svc-[a-z]+"},
        )
    )  # fmt: skip
    for field in ("names", "headers", "urls", "remove", "keep"):
        assert getattr(policy, field) == getattr(built, field)
    assert policy.secrets == (SecretSource(env="ACME_TOKEN"), SecretSource(file="key.txt", optional=True))
    assert policy.secrets[1].folder == str(tmp_path)


def test_the_least_file_is_a_profile_of_another_name(tmp_path):
    """`schema`, `name`, `extends` are enough."""
    policy = load_policy(write(tmp_path, 'schema = 1\nname = "a"\nextends = "metadata"\n'))
    assert policy == Policy.metadata(name="a", version="1")


HEAD = 'schema = 1\nname = "a"\n'
PROBLEMS = {
    "no schema": ('name = "a"\n', "1: schema: missing"),
    "another schema": ('schema = 2\nname = "a"\n', "1: schema: this version of the package reads schema 1"),
    "a schema in words": ('schema = "1"\nname = "a"\n', "1: schema: a whole number is wanted, and this is text"),
    "no name": ("schema = 1\n", "1: name: missing"),
    "an empty name": ('schema = 1\nname = ""\n', "2: name: 1 to 128 printable characters"),
    "a version that is a number": (f"{HEAD}version = 7\n", "3: version: text is wanted, and this is a whole number"),
    "an unknown key": (f"{HEAD}jtw = 'none'\n", "3: jtw: no such key; did you mean 'jwt'?"),
    "a strange key": (f"{HEAD}\nzzzzzz = 1\n", "4: zzzzzz: no such key; there are schema, name"),
    "an unknown profile": (f'{HEAD}extends = "strcit"\n', "3: extends: 'default' or 'strict' or 'metadata' is wanted; 'strcit' is none of them; did you mean 'strict'?"),
    "an unknown detail": (f'{HEAD}detail = "most"\n', "3: detail: "),
    "an unknown jwt": (f"{HEAD}jwt = true\n", "3: jwt: text is wanted, and this is true or false"),
    "claims of a strict profile": (f'{HEAD}extends = "strict"\n# x\njwt = "claims"\n', "5: jwt: claims are content"),
    "bounds that are no table": (f"{HEAD}bounds = 3\n", "3: bounds: a table is wanted, and this is a whole number"),
    "an unknown bound": (f"{HEAD}[bounds]\nmax_text_byte = 4096\n", "4: bounds.max_text_byte: no such key; did you mean 'max_text_bytes'?"),
    "a bound in strange units": (f'{HEAD}[bounds]\nmax_text_bytes = "1X"\n', "4: bounds.max_text_bytes: a size is wanted"),
    "a bound too small": (f"{HEAD}[bounds]\nmax_text_bytes = 3\n", "4: bounds.max_text_bytes: a size is wanted"),
    "a bound too large": (f'{HEAD}[bounds]\nmax_text_bytes = "65M"\n', "4: bounds.max_text_bytes: a size is wanted"),
    "a bound that is true": (f"{HEAD}[bounds]\nmax_text_bytes = true\n", "4: bounds.max_text_bytes: a size is wanted"),
    "remove that is a list": (f"{HEAD}remove = []\n", "3: remove: a table is wanted, and this is a list"),
    "an unknown list": (f"{HEAD}[remove]\nnmaes = []\n", "4: remove.nmaes: no such key; did you mean 'names'?"),
    "a list that is text": (f'{HEAD}[remove]\nnames = "pin"\n', "4: remove.names: a list is wanted, and this is text"),
    "an item that is a number": (f'{HEAD}[remove]\nnames = [\n "ok",\n # no\n 3,\n]\n', "7: remove.names[1]: text is wanted"),
    "a name without letters": (f'{HEAD}[remove]\nnames = ["!!"]\n', "4: remove.names[0]: a name has letters or digits"),
    "a header with its value": (f'{HEAD}[remove]\nheaders = ["a: b"]\n', "4: remove.headers[0]: the name of a header"),
    "a parameter without letters": (f'{HEAD}[remove]\nparameters = ["="]\n', "4: remove.parameters[0]: a name has"),
    "a cookie with its value": (f'{HEAD}[remove]\ncookies = ["a=b"]\n', "4: remove.cookies[0]: the name of a cookie"),
    "a path without a root": (f'{HEAD}[remove]\npaths = ["a.b"]\n', "4: remove.paths[0]: a path begins with $"),
    "a path with a filter": (f'{HEAD}[remove]\npaths = ["$.a[?(@.b)]"]\n', "4: remove.paths[0]: cannot read it from character 4 on"),
    "values that are texts": (f'{HEAD}[remove]\nvalues = ["x"]\n', "4: remove.values[0]: a table is wanted, and this is text"),
    "a value without a name": (f"{HEAD}[[remove.values]]\npattern = 'x'\n", "3: remove.values[0]: name is missing"),
    "a value without a pattern": (f"{HEAD}[[remove.values]]\nname = 'x'\n", "3: remove.values[0]: pattern is missing"),
    "a value with an unknown key": (f"{HEAD}[[remove.values]]\nname = 'x'\npattern = 'x'\ngates = 'x'\n", "6: remove.values[0].gates: no such key; did you mean 'gate'?"),
    "a value with a bad name": (f"{HEAD}[[remove.values]]\nname = 'X y'\npattern = 'x'\n", "4: remove.values[0].name: markers show this name"),
    "the second value's pattern": (f"{HEAD}[[remove.values]]\nname = 'x'\npattern = 'x'\n\n[[remove.values]]\nname = 'y'\npattern = 'ab**'\n", "9: remove.values[1].pattern: bad pattern: bad repetition operator at character 3"),
    "an open bracket": (f"{HEAD}[[remove.values]]\nname = 'x'\npattern = '(ab'\n", "5: remove.values[0].pattern: bad pattern: missing ), noticed at its end (character 3)"),
    "a look-around": (f"{HEAD}[[remove.values]]\nname = 'x'\npattern = 'a(?=b)'\n", "5: remove.values[0].pattern: bad pattern: invalid perl operator at character 2"),
    "a pattern of nothing": (f"{HEAD}[[remove.values]]\nname = 'x'\npattern = 'a*'\n", "5: remove.values[0].pattern: the pattern matches the empty text"),
    "an empty pattern": (f"{HEAD}[[remove.values]]\nname = 'x'\npattern = ''\n", "5: remove.values[0].pattern: a pattern has 1 to"),
    "a gate that is a number": (f"{HEAD}[[remove.values]]\nname = 'x'\npattern = 'a'\ngate = 3\n", "6: remove.values[0].gate: a list is wanted"),
    "a gate with a quote": (f"{HEAD}[[remove.values]]\nname = 'x'\npattern = 'a'\ngate = 'a\"b'\n", "5: remove.values[0].pattern: a gate is a literal"),
    "a kept private key": (f'{HEAD}[keep]\nnames = ["privateKey"]\n', "4: keep.names[0]: this names a private key"),
    "a kept half of a key": (f'{HEAD}[keep]\nparameters = ["d"]\n', "4: keep.parameters[0]: this names a private key"),
    "a kept Authorization": (f'{HEAD}[keep]\nheaders = ["authorization"]\n', "4: keep.headers[0]: this header carries live credentials"),
    "a kept Cookie": (f'{HEAD}[keep]\nheaders = ["Cookie"]\n', "4: keep.headers[0]: this header carries live credentials, which no exemption can uncover; exempt single cookies by `cookies`"),
    "kept whatever it is": (f"{HEAD}[[keep.values]]\nname = 'x'\npattern = '(?s).+'\n", "5: keep.values[0].pattern: the pattern matches any value whatever"),
    "removed and kept": (f'{HEAD}[remove]\nnames = ["a b"]\n[keep]\nheaders = []\nnames = ["aB"]\n', "7: keep.names: 'a b' is both removed and kept"),
    "a secret in a list": (f'{HEAD}secrets = ["a"]\n', "3: secrets: a secret never stands in a policy"),
    "a secret in a table": (f'{HEAD}[[secrets]]\nvalue = "a"\n', "4: secrets[0].value: a secret never stands in a policy"),
    "a secret of nowhere": (f"{HEAD}[[secrets]]\noptional = true\n", "3: secrets[0]: one of env and file is wanted"),
    "a secret of two places": (f'{HEAD}[[secrets]]\nenv = "A"\nfile = "b"\n', "3: secrets[0]: one of env and file is wanted"),
    "a secret whose place is a number": (f"{HEAD}[[secrets]]\nenv = 1\n", "4: secrets[0].env: text is wanted"),
    "a secret that is perhaps optional": (f'{HEAD}[[secrets]]\nenv = "A"\noptional = 1\n', "5: secrets[0].optional: true or false is wanted"),
    "no TOML": (f"{HEAD}[remove\n", "3: : this is no TOML: Expected ']' at the end of a table declaration (column 8)"),
    "a file that stops": (f'{HEAD}x = "a', "3: : this is no TOML: Unterminated string, noticed at the end of the file"),
    "a key twice": (f"{HEAD}name = 'b'\n", "3: : this is no TOML: Cannot overwrite a value"),
}  # fmt: skip


@pytest.mark.parametrize("case", PROBLEMS)
def test_a_problem_is_told_by_file_line_and_key(tmp_path, case):
    """One problem, told alone and exactly where it is."""
    text, expected = PROBLEMS[case]
    (found,) = problems_of(tmp_path, text)
    assert found.startswith(expected)


def test_all_problems_are_told_at_once(tmp_path):
    """In the order of the file; the message of the error has the first few and says where the others are."""
    text = f'{HEAD}jtw = 1\n[remove]\nnames = [3]\nheaders = ["a b"]\n[keep]\nname = []\n'
    assert [problem.partition(": ")[0] for problem in problems_of(tmp_path, text)] == ["3", "5", "6", "8"]
    with pytest.raises(PolicyError, match="and 1 more, which `exchanges policy check"):
        load_policy(tmp_path / "acme.toml")


def test_a_credential_in_a_file_is_told_and_never_quoted(tmp_path):
    """Whatever key it stands under, a comment included."""
    row = next(row for row in FAMILIES if row.name == "github")
    secret = example(row.templates[0], random.Random(3))
    with pytest.raises(PolicyProblems) as caught:
        load_policy(write(tmp_path, f"{HEAD}# {secret}\n"))
    (problem,) = caught.value.problems
    assert (problem.line, "holds what looks like a credential" in problem.what) == (3, True)
    assert secret not in str(caught.value)


def test_a_pattern_of_credentials_is_no_credential(tmp_path):
    """A rule about tokens may be written down."""
    text = f"{HEAD}[[remove.values]]\nname = 'x'\npattern = 'ghp_[A-Za-z0-9]{{36}}'\n"
    assert load_policy(write(tmp_path, text)).remove.values[0].name == "x"


def test_windows_ends_its_lines_otherwise(tmp_path):
    """Lines are counted all the same."""
    path = tmp_path / "acme.toml"
    path.write_bytes(b'schema = 1\r\nname = "a"\r\nnmae = 1\r\n')
    with pytest.raises(PolicyProblems, match=r"acme\.toml:3: nmae"):
        load_policy(path)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (None, "No such file"),
        (b"schema = 1\nx = '\xff'\n", r"acme\.toml:2: this is no UTF-8"),
        (b"#" * 300_000, "more than"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(tmp_path, data, says):
    """A missing file, another encoding, a file that is no policy."""
    path = tmp_path / "acme.toml"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(PolicyError, match=says):
        load_policy(path)


@pytest.mark.parametrize("deep", ["a = " + "[" * 4_000 + "]" * 4_000, ".".join("a" * 4_000) + " = 1"])
def test_a_file_that_nests_without_end_is_no_policy(deep):
    """And no crash."""
    with pytest.raises(PolicyProblems, match="nests deeper"):
        parse_policy(f'schema = 1\nname = "x"\n{deep}\n', "p.toml")
