"""What each transport's requests and responses are made of, and how their parts are redacted."""

from captured_exchanges.redaction.transports.credentials import Credential
from captured_exchanges.redaction.transports.headers import DEFAULT_HEADERS, Headers, HeaderTable
from captured_exchanges.redaction.transports.http import HttpRules
from captured_exchanges.redaction.transports.ldap import LdapRules
from captured_exchanges.redaction.transports.parts import FAILED, Parts
from captured_exchanges.redaction.transports.reduction import HttpReduction
from captured_exchanges.redaction.transports.render import rfc3339
from captured_exchanges.redaction.transports.resources import DEFAULT_RESOURCES, Resource, Resources
from captured_exchanges.redaction.transports.sql import DEFAULT_SQL, SqlRules, SqlTable

__all__ = [
    # credentials
    "Credential",
    # headers
    "DEFAULT_HEADERS",
    "HeaderTable",
    "Headers",
    # http
    "HttpRules",
    # ldap
    "LdapRules",
    # parts
    "FAILED",
    "Parts",
    # reduction
    "HttpReduction",
    # render
    "rfc3339",
    # resources
    "DEFAULT_RESOURCES",
    "Resource",
    "Resources",
    # sql
    "DEFAULT_SQL",
    "SqlRules",
    "SqlTable",
]
