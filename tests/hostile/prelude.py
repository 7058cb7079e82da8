import os  # noqa: F401 - for the programs that this stands before
import signal  # noqa: F401
import sys  # noqa: F401
import time  # noqa: F401
from collections.abc import Callable


def attempt(forbidden: Callable[[], object]) -> None:
    try:
        result = forbidden()
    except BaseException as error:  # noqa: BLE001 - whatever it is, it was refused
        print("refused", type(error).__name__)  # noqa: T201 - what the test reads
    else:
        print("GOT", result)  # noqa: T201
