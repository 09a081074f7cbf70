"""Text: the scan that every string passes, URLs, names beside values, markup."""

from captured_exchanges.redaction.text.claims import Claims
from captured_exchanges.redaction.text.encoded import DEFAULT_ENCODED
from captured_exchanges.redaction.text.reduced_urls import ReducedUrls, origin_of
from captured_exchanges.redaction.text.text import Text
from captured_exchanges.redaction.text.urls import DEFAULT_URLS, UrlTable, decoded_name, is_oauth, taken_apart

__all__ = [
    # claims
    "Claims",
    # reduced_urls
    "ReducedUrls",
    "origin_of",
    # encoded
    "DEFAULT_ENCODED",
    # text
    "Text",
    # urls
    "DEFAULT_URLS",
    "UrlTable",
    "decoded_name",
    "is_oauth",
    "taken_apart",
]
