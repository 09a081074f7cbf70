"""Markup: XML, SOAP, SAML and HTML, read as they stand and redacted by name."""

from captured_exchanges.redaction.markup.markup import Markup
from captured_exchanges.redaction.markup.table import DEFAULT_MARKUP, MarkupTable

__all__ = [
    # markup
    "Markup",
    # table
    "DEFAULT_MARKUP",
    "MarkupTable",
]
