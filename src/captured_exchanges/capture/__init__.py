"""Capture: one adapter per client library, and the scope that says why calls are made.

Importing an adapter (`captured_exchanges.capture.httpx`, `.httpx2`) is the opt-in to its library; this
package itself imports none.
"""

from captured_exchanges.capture.scope import Scope, current_scope, intent, reuse

__all__ = [
    # why calls are made, and which were
    "Scope",
    "current_scope",
    "intent",
    "reuse",
]
