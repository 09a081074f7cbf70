"""What every test runs under: Hypothesis profiles, and skips that CI does not accept."""

import os
import signal

import pytest
from hypothesis import HealthCheck, settings

# What a person or a CI system set for their own terminal is no concern of the tests.
for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "COLUMNS", "LINES", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
    os.environ.pop(name, None)
os.environ["TERM"] = "xterm-256color"
# A background job of a shell starts with SIGINT ignored, and so would all that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)

# What a change breaks is seen in every run, and nothing else is: the soak looks for what nobody has seen yet.
settings.register_profile(
    "default",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
    derandomize=True,
    database=None,
)
settings.register_profile("soak", settings.get_profile("default"), max_examples=10_000, derandomize=False)
settings.load_profile("soak" if os.environ.get("SOAK") else "default")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """With REQUIRE_ALL=1 a skipped test is a failed one: CI installs all that a test may want."""
    report = yield
    if report.skipped and os.environ.get("REQUIRE_ALL") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped under REQUIRE_ALL=1: {call.excinfo.value}"
    return report
