"""The demo behind `make run`: a real SCIM directory, a connector process and a syncer process."""

from captured_exchanges.demo.options import DemoFailed, DemoOptions
from captured_exchanges.demo.run import run_demo

__all__ = [
    # running it
    "DemoOptions",
    "run_demo",
    # errors
    "DemoFailed",
]
