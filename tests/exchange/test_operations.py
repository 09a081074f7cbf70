"""What was asked of an upstream and what came back: records that keep it to themselves."""

import dataclasses

import pytest

from captured_exchanges.exchange import (
    Failure,
    LdapChange,
    LdapEntry,
    LdapRequest,
    LdapResponse,
    SqlRequest,
    SqlResponse,
)

CANARY = "canary"
EXAMPLES = [
    SqlRequest(CANARY, 1, (CANARY,), connection=CANARY),
    SqlRequest(CANARY, 1, {CANARY: CANARY}, "directory", "postgres"),
    SqlResponse(1.5, (CANARY,), ((CANARY,),), 1, error=Failure("E", CANARY)),
    LdapChange("replace", "userPassword", (CANARY, CANARY.encode())),
    LdapRequest(
        "modify", 1, CANARY, "subtree", CANARY, ("cn",), CANARY, (LdapChange("add", "cn", (CANARY,)),),
        credentials=(CANARY,),
    ),
    LdapEntry(CANARY, {CANARY: (CANARY,)}),
    LdapResponse(1.5, 0, CANARY, (LdapEntry(CANARY, {CANARY: (CANARY,)}),), error=Failure("E", CANARY)),
]  # fmt: skip


@pytest.mark.parametrize("record", EXAMPLES, ids=lambda record: type(record).__name__)
def test_reprs_keep_quiet(record):
    """No repr shows a statement, a value, a name of an entry, a filter or a message."""
    assert CANARY not in repr(record)
    assert type(record).__name__ in repr(record)


@pytest.mark.parametrize("record", EXAMPLES, ids=lambda record: type(record).__name__)
def test_immutable(record):
    """Records cannot be changed."""
    field = dataclasses.fields(record)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(record, field, None)
