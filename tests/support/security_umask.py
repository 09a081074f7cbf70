"""A umask for a block, because modes must not depend on it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def umask(mask: int) -> Iterator[None]:
    """Files made in this block lose these bits."""
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)
