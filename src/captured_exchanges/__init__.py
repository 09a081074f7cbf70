"""Which upstream request and response built this user, group or grant?

The rooms, from the ground up: `exchange` and `errors`; `redaction`, `buffer`, `handoff`, `store`, `wire`,
`security`, `telemetry`; `capture`; `connector` and `syncer`; `provenance`; `demo` and `cli`. Importing
this package imports none of the libraries that only some rooms need.
"""

from captured_exchanges.errors import CapturedExchangesError

__all__ = ["CapturedExchangesError", "__version__"]

__version__ = "0.1.0"
