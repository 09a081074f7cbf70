"""The made-up company of the demo's directory, as the SCIM resources that create it.

Everything but the passwords is computed from an index, so that two runs differ in nothing else (and in
the ids, which the directory gives). Names of several alphabets and near-misses such as
`passwordLastChanged` are here on purpose: redaction must leave them alone. The passwords hold what
JSON, URLs and shells escape, for the same reason turned around. No I/O here.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any, TypeAlias

__all__ = ["ACCOUNT_SCHEMA", "USER_SCHEMA", "group", "member", "new_password", "user"]

Scim: TypeAlias = dict[str, Any]

USER_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE_SCHEMA = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
ACCOUNT_SCHEMA = "urn:captured-exchanges:scim:schemas:extension:account:1.0:User"

GIVEN = (
    "Ada", "Björn", "Chidi", "Dolores", "Emeka", "Fatima", "Grace", "Hiro", "Ines", "Jürgen", "Kwame",
    "Leïla", "Mateusz", "Nadia", "Olu", "Priya", "Quentin", "Rosa", "Søren", "Tomás", "Uma", "Vikram",
    "Wren", "Ximena", "Yusuf", "Zoë",
)  # fmt: skip
FAMILY = (
    "Ahmed", "Brandt", "Castillo", "Dubois", "Eriksen", "Fischer", "Gutiérrez", "Hopper", "Ito", "Jansen",
    "Kowalska", "Łukasik",
)  # fmt: skip
DEPARTMENTS = ("Engineering", "Finance", "Legal", "Marketing", "Operations", "People", "Sales", "Support")
TITLES = ("Analyst", "Engineer", "Lead", "Manager", "Specialist")
GROUPS = (
    "Administrators", "Analytics", "Auditors", "Backend", "Billing", "Build", "Contractors", "Data Platform",
    "Design", "Field Sales", "Frontend", "Incident Response", "Mobile", "On Call", "Payroll", "Recruiting",
    "Release", "Research", "Support Tier 2", "Everyone on Call",
)  # fmt: skip
NESTED = 2
"""How many earlier groups the last group of a directory has among its members."""


def new_password() -> str:
    """A fresh password: 120 random bits around characters that need escaping somewhere."""
    return f"{secrets.token_urlsafe(9)}{secrets.choice(_AWKWARD)}{secrets.token_urlsafe(6)}"


_AWKWARD = ('"', "\\", "&", "%41", "+", " ", "é", "/", "'", "<")


def user(index: int, password: str, manager: str = "") -> Scim:
    """The resource to POST for the user of this index; `manager` is the id of one who exists."""
    given, family = GIVEN[index % len(GIVEN)], FAMILY[index // len(GIVEN) % len(FAMILY)]
    name = f"{given}.{family}{index:03}".lower()
    return {
        "schemas": [USER_SCHEMA, ENTERPRISE_SCHEMA, ACCOUNT_SCHEMA],
        "userName": name,
        "externalId": f"hr-{10_000 + index}",
        "name": {"givenName": given, "familyName": family, "formatted": f"{given} {family}"},
        "displayName": f"{given} {family}",
        "title": TITLES[index % len(TITLES)],
        "active": index % 23 != 0,
        "password": password,
        "emails": [{"value": f"{name}@example.com", "type": "work", "primary": True}],
        "phoneNumbers": [{"value": f"tel:+1-555-01{index % 100:02}", "type": "work"}],
        ENTERPRISE_SCHEMA: _employment(index, manager),
        ACCOUNT_SCHEMA: _account(index),
    }


def _employment(index: int, manager: str) -> Scim:
    employment: Scim = {
        "employeeNumber": f"{700_000 + index}",
        "department": DEPARTMENTS[index % len(DEPARTMENTS)],
        "organization": "Example Industries",
    }
    return {**employment, "manager": {"value": manager}} if manager else employment


def _account(index: int) -> Scim:
    return {
        "passwordLastChanged": f"2026-0{1 + index % 9}-{1 + index % 28:02}T08:{index % 60:02}:00Z",
        "credentialProvider": "LOCAL",
        "tokenCount": index % 4,
    }


def group(index: int, count: int, users: Sequence[Scim], groups: Sequence[Scim]) -> Scim:
    """The resource to POST for group `index` of `count`, out of the members that exist by now.

    Each group takes every (7 + index)th user; the last one also holds the first two groups.
    """
    name = GROUPS[index] if index < len(GROUPS) else f"Project {index + 1}"
    nested = groups[:NESTED] if index == count - 1 else ()
    members = [*nested, *users[index % 7 :: 7 + index]]
    return {"schemas": [GROUP_SCHEMA], "displayName": name, "members": members}


def member(kind: str, created: Scim) -> Scim:
    """A created resource as a group's member; `kind` is `User` or `Group`."""
    return {"value": created["id"], "type": kind, "display": created["displayName"]}
