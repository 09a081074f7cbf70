"""`exchanges demo` with a witness: each credential of the run goes down a pipe that was inherited.

    python demo_driver.py PIPE OUT USERS GROUPS

The demo writes its credentials nowhere; who wants to search for them afterwards has to be told.
"""

import os
import sys
from pathlib import Path

from captured_exchanges.cli.failures import exit_code_of
from captured_exchanges.demo import DemoOptions, run_demo


def main(pipe, out, users, groups):
    """Run it as the command does."""

    def tell(secret):
        os.write(int(pipe), secret.encode() + b"\0")

    options = DemoOptions(Path(out), int(users), int(groups), on_secret=tell)
    return exit_code_of(lambda: run_demo(options))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
