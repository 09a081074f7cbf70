"""`python -m captured_exchanges.cli`, where the command `exchanges` is not on the path."""

import sys

from captured_exchanges.cli.main import main

sys.exit(main())
