"""How many examples a property of redaction is tried on: it is about strangers' bytes, so more than usual."""

import os

EXAMPLES = 10_000 if os.environ.get("SOAK") else 500
