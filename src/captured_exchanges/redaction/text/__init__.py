"""Text: the scan that every string passes, URLs, names beside values, markup."""

from captured_exchanges.redaction.text.text import Text
from captured_exchanges.redaction.text.urls import DEFAULT_URLS, UrlTable, decoded_name, is_oauth

__all__ = [
    # text
    "Text",
    # urls
    "DEFAULT_URLS",
    "UrlTable",
    "decoded_name",
    "is_oauth",
]
