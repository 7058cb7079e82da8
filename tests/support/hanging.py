"""A test that starts one process of each kind and does not end: for `tests/integration/test_interrupted_run.py`."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.support.apache_kafka import Broker
from tests.support.embedded_parts import python
from tests.support.running_system import systems


def test_that_does_not_end(broker: Broker, database_url: str, tmp_path: Path) -> None:
    with systems(broker, database_url, tmp_path) as running, python("import signal; signal.pause()"):
        running.start("worker", "--only", "debug")
        subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"], start_new_session=True)
        Path(os.environ["LEARNFLOW_TEST_READY"]).touch()
        signal.pause()
