"""Work that is done to its end though whoever waits for it is cancelled, and cancelled again.

A host that is in a hurry cancels more than once; what is left to do then is short, and left undone it would
leave threads behind.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

__all__ = ["settle"]


async def settle(work: Coroutine[Any, Any, None]) -> None:
    """Wait for this. A cancellation meanwhile is raised afterwards, as is what the work itself raises."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled
    task.result()
