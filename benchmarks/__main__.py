"""`make bench`: print every benchmark."""

from benchmarks import commits, handoff, redaction

redaction.report()
commits.report()
handoff.report()
