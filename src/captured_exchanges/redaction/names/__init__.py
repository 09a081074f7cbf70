"""Deciding by name: the tables of words, and the decision about one name."""

from captured_exchanges.redaction.names.attributes import Attributes
from captured_exchanges.redaction.names.ldap import DEFAULT_LDAP, LdapTable
from captured_exchanges.redaction.names.names import Effect, NameInfo, Names, Pair
from captured_exchanges.redaction.names.table import DEFAULT_NAMES, NameTable, Phrases
from captured_exchanges.redaction.names.vaults import TRUE, Vault

__all__ = [
    # attributes
    "Attributes",
    # ldap
    "DEFAULT_LDAP",
    "LdapTable",
    # names
    "Effect",
    "NameInfo",
    "Names",
    "Pair",
    # table
    "DEFAULT_NAMES",
    "TRUE",
    "NameTable",
    "Phrases",
    "Vault",
]
