"""Tests mirror sources: every test module under a room has the source module it is named after.

`tests/<room>/test_<module>.py` tests `src/captured_exchanges/<room>/<module>.py`; whole journeys, checks of
the house itself and what other languages say live in `tests/journeys`, `tests/house` and `tests/interop`.
"""

import sys
from pathlib import Path

FREE = {"conformance", "corpus", "journeys", "house", "interop", "fixtures", "support"}
SOURCE = Path("src/captured_exchanges")


def main() -> int:
    """Print what is out of place; 1 where anything is."""
    strays = [test for test in Path("tests").rglob("test_*.py") if not _has_source(test)]
    rooms = [room for room in SOURCE.iterdir() if (room / "__init__.py").exists()]
    untested = [room for room in rooms if not list(Path("tests", room.name).rglob("test_*.py"))]
    for test in strays:
        print(f"{test}: no module of that name under {SOURCE}", file=sys.stderr)
    for room in untested:
        print(f"{room}: no tests in tests/{room.name}", file=sys.stderr)
    return int(bool(strays or untested))


def _has_source(test: Path) -> bool:
    relative = test.relative_to("tests")
    name = test.stem.removeprefix("test_")
    if relative.parts[0] in FREE:
        return True
    room = SOURCE.joinpath(*relative.parts[:-1])
    return any(
        (room / candidate).exists() for candidate in (f"{name}.py", f"_{name}.py", f"{name}/__init__.py")
    )


if __name__ == "__main__":
    sys.exit(main())
