"""Runs Python programs, each in a process of its own that starts as a fork: `python -I run_python.py < programs.json`.

Reads an object of programs by name; prints an object of what each wrote to its output and to its error output.
"""

import json
import os
import sys
import tempfile
import traceback


def outputs(program: str) -> tuple[str, str]:
    """Run a program, and return what it wrote."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        pid = os.fork()
        if pid == 0:
            os.dup2(output.fileno(), 1)
            os.dup2(errors.fileno(), 2)
            run(program)
        os.waitpid(pid, 0)
        texts = []
        for file in (output, errors):
            file.seek(0)
            texts.append(file.read().decode())
    return texts[0], texts[1]


def run(program: str) -> None:
    """Be the program, to its end."""
    sys.argv = ["-c"]
    try:
        exec(compile(program, "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102 - what this is for
    except BaseException:  # noqa: BLE001 - as Python itself
        traceback.print_exc()
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    json.dump({name: outputs(program) for name, program in json.load(sys.stdin).items()}, sys.stdout)
