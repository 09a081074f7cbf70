"""`make bench`: print every benchmark; with names as arguments, only those."""

import sys

from benchmarks import adversarial, commits, handoff, redaction, spool

REPORTS = {
    "redaction": redaction.report,
    "adversarial": adversarial.report,
    "commits": commits.report,
    "handoff": handoff.report,
    "spool": spool.report,
}

unknown = [name for name in sys.argv[1:] if name not in REPORTS]
if unknown:
    sys.exit(f"no benchmark is called {', '.join(unknown)}; there are {', '.join(REPORTS)}")
for wanted in sys.argv[1:] or REPORTS:
    REPORTS[wanted]()
