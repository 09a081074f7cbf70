"""What the rooms below log, on stderr."""

import sys

from support.cli_process import exchanges

SCRIPT = """
import logging
from captured_exchanges.cli.logs import log_to_stderr
log_to_stderr(); log_to_stderr()
log = logging.getLogger("captured_exchanges.store")
log.info("unheard")
try:
    1 / 0
except ZeroDivisionError:
    log.exception("a\\x1b[31mb\\nc")
"""


def test_a_record_is_one_printable_line_on_stderr():
    """Warnings and worse go to stderr once, escaped, on one line, without a traceback."""
    outcome = exchanges(command=(sys.executable, "-c", SCRIPT))
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err == "error: a\\x1b[31mb\\nc\n"
