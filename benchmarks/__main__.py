"""`make bench`: print every benchmark."""

from benchmarks import commits, redaction

redaction.report()
commits.report()
