"""How much memory this process takes, and took at its peak.

On Linux from /proc (VmRSS, VmHWM: they belong to the program, where getrusage's figure is inherited over
exec); elsewhere only the peak is known, which as a baseline too makes the growth a lower bound.
"""

from __future__ import annotations

import resource
import sys
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Footprint", "peak_bytes", "resident_bytes"]

STATUS = Path("/proc/self/status")
RUSAGE_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True, slots=True)
class Footprint:
    """The resident memory of an idle process, in bytes: what its work is measured against."""

    idle: int

    @classmethod
    def now(cls) -> Footprint:
        """This process counts as idle at this moment."""
        return cls(resident_bytes())

    def report(self) -> dict[str, int]:
        """Bytes: `idle`, `peak`, and by how much the peak is above idle."""
        peak = peak_bytes()
        return {"idle": self.idle, "peak": peak, "growth": max(0, peak - self.idle)}


def resident_bytes() -> int:
    """Resident memory now."""
    return _status("VmRSS") or peak_bytes()


def peak_bytes() -> int:
    """The highest resident memory of this process so far."""
    return _status("VmHWM") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RUSAGE_UNIT


def _status(field: str) -> int:
    if not STATUS.exists():
        return 0
    lines = STATUS.read_text().splitlines()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{field}:")), 0)
