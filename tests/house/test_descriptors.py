"""Our wire contract beside a package that registers baton's `ConnectorService` in the same process."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from captured_exchanges.wire import METHOD_NAME, SERVICE

TESTS = Path(__file__).parent.parent
SCRIPT = TESTS / "support" / "connector_beside_baton.py"


@pytest.mark.parametrize("moment", ["first", "last", "late"])
def test_serving_consuming_and_reflection_work_beside_batons_service(moment):
    """Whether the other package registers before our import, after it, or once we serve: its service and
    messages work, the stream is served, observed and consumed, and reflection shows its service with our
    method added.
    """
    done = subprocess.run(
        [sys.executable, SCRIPT, moment],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "services": [SERVICE, "grpc.reflection.v1alpha.ServerReflection"],
        "methods": ["Validate", METHOD_NAME],
        "validated": "valid",
        "observed": ["Opened", "Batch", "Closing"],
        "consumed": ["r-1", True],
        "own": ["Validate"],
        "own_message": 'flavour: "salty"\n',
    }
