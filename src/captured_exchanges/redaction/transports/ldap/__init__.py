"""LDAP: what one operation's request and result are made of, and how their parts are redacted."""

from captured_exchanges.redaction.transports.ldap.rules import LdapRules

__all__ = [
    # rules
    "LdapRules",
]
