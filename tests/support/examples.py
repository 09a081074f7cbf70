"""How many examples a property of redaction is tried on, and how they are drawn.

It is about strangers' bytes, so there are more than usual. What a change breaks must be seen in every run of
the tests, and nothing else: chance draws the same each time, but in the soak, which looks for what nobody
has seen yet.
"""

import os
import random

SOAK = bool(os.environ.get("SOAK"))
EXAMPLES = 10_000 if SOAK else 500
CHANCE = random.SystemRandom() if SOAK else random.Random(20_260_101)
"""For what is drawn without a seed of its own."""
