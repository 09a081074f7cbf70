# ruff: noqa: E501 - a row of a table is a line
"""Policies."""

from dataclasses import fields, is_dataclass, replace

import pytest

from captured_exchanges.errors import PolicyError
from captured_exchanges.redaction import DEFAULT_POLICY, Judge, Policy, Redactor, ValueRule
from captured_exchanges.redaction.detail import Detail
from captured_exchanges.redaction.policy import RULES_VERSION, SecretSource
from support.redaction_exchanges import exchange, fresh_secret, request_of, response_of


def is_harmless(leaf):
    """A function of a policy's author."""
    return leaf.value == "harmless"


def test_a_policy_has_a_name_a_version_and_a_hash():
    """The same in every process."""
    info = Redactor().policy
    assert (info.name, info.version, len(info.hash)) == ("default", RULES_VERSION, 64)
    assert Policy().info() == DEFAULT_POLICY.info() == info


OTHER = {
    "paths": ("$.zzz",),
    "values": (ValueRule("zzz", "zzz"),),
    "judges": (Judge(is_harmless, "1"),),
    "secrets": (SecretSource(env="ZZZ"),),
    "jwt": "claims",
}


def _changes():
    for field in fields(Policy):
        value = getattr(DEFAULT_POLICY, field.name)
        if is_dataclass(value):
            for row in fields(value):
                yield field.name, row.name
        elif field.name not in {"name", "version"}:
            yield field.name, None


def _changed(value, name):
    if name in OTHER:
        return OTHER[name]
    if isinstance(value, frozenset):
        return value | {"zzz"}
    if isinstance(value, tuple):
        return value[:-1]
    return value + 1 if isinstance(value, int) else {**value, "zzz": ("zzz",)}


@pytest.mark.parametrize(("table", "row"), list(_changes()))
def test_every_effective_rule_is_in_the_hash(table, row):
    """Two connectors with the same hash remove the same."""
    value = getattr(DEFAULT_POLICY, table)
    if row is None:
        changed = _changed(value, table)
    else:
        changed = replace(value, **{row: _changed(getattr(value, row), row)})
    assert replace(DEFAULT_POLICY, **{table: changed}).info().hash != DEFAULT_POLICY.info().hash


def test_a_function_is_in_the_hash_by_name_and_version():
    """What a function decides cannot be hashed, so its version stands for it."""
    one, same, other = (DEFAULT_POLICY.with_kept(judges=[Judge(is_harmless, v)]).info().hash for v in "112")
    assert one == same != other


@pytest.mark.parametrize("bad", [{"version": ""}, {"function": "name"}])
def test_a_function_wants_a_version(bad):
    """A function without a version would change behind the hash's back."""
    with pytest.raises(TypeError, match="version"):
        Judge(**{"function": is_harmless, "version": "1", **bad})


def test_where_a_policy_lies_is_no_part_of_its_identity():
    """The same file elsewhere is the same policy."""
    here, there = (
        replace(DEFAULT_POLICY, secrets=(SecretSource(file="t", folder=at),)) for at in ("/a", "/b")
    )
    assert here.info() == there.info()


def test_a_changed_policy_decides_otherwise():
    """Tables are what the engine goes by."""
    names = replace(DEFAULT_POLICY.names, scalar={**DEFAULT_POLICY.names.scalar, "badge": ("badge number",)})
    redactor = Redactor(replace(DEFAULT_POLICY, name="acme", names=names))
    kept = response_of(redactor.redact(exchange(received={"badgeNumber": "x", "password": "y"})))
    assert kept["body"]["value"] == {
        "badgeNumber": "[REDACTED:name.badge]",
        "password": "[REDACTED:name.password]",
    }
    assert redactor.policy.name == "acme"


def test_an_author_builds_a_policy_in_ten_lines(monkeypatch):
    """The profile, what goes, what stays, where secrets are; each builder returns another policy."""
    token = fresh_secret(1)
    monkeypatch.setenv("ACME_TOKEN", token)
    policy = (
        Policy.default(name="acme", version="3")
        .with_removed(names=["badgeNumber"], paths=["$.users[*].ssn"], values={"employee": r"EMP\d{6}"})
        .with_kept(names=["pin"], headers=["X-Api-Key"])
        .with_secrets(env=["ACME_TOKEN"])
    )
    redactor = Redactor(policy)
    user = {"badge_number": "B-1", "ssn": 123, "note": "EMP123456 and more", "pin": "0815", "x": f"-{token}-"}
    redacted = redactor.redact(exchange(headers=[("x-api-key", "app-17")], received={"users": [user]}))
    (kept,) = response_of(redacted)["body"]["value"]["users"]
    assert kept.pop("x").startswith("-[REDACTED:registered:")
    assert kept["note"].startswith("[REDACTED:policy.employee:")
    assert kept == {
        "badge_number": "[REDACTED:name.badge_number]",
        "ssn": "[REDACTED:policy.path]",
        "note": f"{kept['note'][:33]} and more",
        "pin": "0815",
    }
    assert ["x-api-key", "app-17"] in request_of(redacted)["headers"]
    assert (redactor.policy.name, redactor.policy.version) == ("acme", "3")
    assert Policy.default() == DEFAULT_POLICY


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (lambda: Policy(name=""), "name: "),
        (lambda: Policy(version="a\nb"), "version: "),
        (lambda: Policy.default().with_jwt("all"), "jwt: "),
        (lambda: Policy.strict().with_jwt("claims"), "jwt: claims are content"),
        (lambda: Policy.default().with_removed(names=["ok", "!!"]), r"remove\.names\[1\]: "),
        (lambda: Policy.default().with_removed(names="pin"), r"remove\.names: a list is wanted"),
        (lambda: Policy.default().with_removed(headers=["a: b"]), r"remove\.headers\[0\]: "),
        (lambda: Policy.default().with_removed(cookies=["a=b"]), r"remove\.cookies\[0\]: "),
        (lambda: Policy.default().with_removed(paths=["users"]), r"remove\.paths\[0\]: a path begins with \$"),
        (lambda: Policy.default().with_removed(values={"x": "("}), r"remove\.values\[0\]: bad pattern: missing \)"),
        (lambda: Policy.default().with_removed(values={"x": "a**"}), "at character 2"),
        (lambda: Policy.default().with_kept(names=["privateKey"]), r"keep\.names\[0\]: .*private key"),
        (lambda: Policy.default().with_kept(headers=["Authorization"]), r"keep\.headers\[0\]: .*live credentials"),
        (lambda: Policy.default().with_kept(values={"x": ".+"}), r"keep\.values\[0\]: .*any value whatever"),
        (lambda: Policy.default().with_kept(names=["pin"]).with_removed(names=["PIN"]), "both removed and kept"),
        (lambda: Policy.default().with_removed(headers=["X-A"]).with_kept(headers=["x-a"]), "both removed and kept"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_told_by_argument(build, says):
    """One sentence: which argument, which item, what is wrong."""
    with pytest.raises(PolicyError, match=says):
        build()


def test_the_profiles_have_names():
    """By which they travel."""
    assert [profile.detail for profile in (Policy.default(), Policy.strict(), Policy.metadata())] == [
        Detail.FULL,
        Detail.STRICT,
        Detail.METADATA,
    ]
    hashes = {profile().info().hash for profile in (Policy.default, Policy.strict, Policy.metadata)}
    assert len(hashes) == 3
    assert Policy.strict().info().name == "strict"
