"""The Python harness, compiled once by the Python that runs it: that would take a third of each start."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from learnflow.sandbox import file_cache
from learnflow.sandbox.errors import SandboxUnavailable
from learnflow.sandbox.languages import HARNESS
from learnflow.sandbox.toolchains import Toolchain

_NAMES: Final = ("batch", "student")
_COMPILE: Final = """\
import py_compile, sys
unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
py_compile.compile(sys.argv[1], sys.argv[2], sys.argv[3], doraise=True, invalidation_mode=unchecked)
"""


def python_harness(toolchain: Toolchain, directory: Path) -> Mapping[str, Path]:
    """Return the harness's files in the directory, made if need be; SandboxUnavailable when they cannot be compiled."""
    sources = [HARNESS / f"{name}.py" for name in _NAMES]
    version = file_cache.key(toolchain.program, sources)
    made = {f"{name}.pyc": directory / f"{name}-{version}.pyc" for name in _NAMES}
    for source, path in zip(sources, made.values(), strict=True):
        if not path.is_file():
            _compile(toolchain.program, source, path)
    return made


def _compile(program: Path, source: Path, path: Path) -> None:
    command = [str(program), "-I", "-c", _COMPILE, str(source), str(path), f"/sandbox/{source.name}"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        message = f"{program} cannot compile the Python harness: {' '.join(done.stderr.split())[-300:]}"
        raise SandboxUnavailable(message)
