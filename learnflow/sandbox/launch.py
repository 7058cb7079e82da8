"""Become another program that is held to limits and dies with the process which started it.

Run as a script, with nothing but the standard library, because the environment of the package is out of reach here:

    python -I -S launch.py PARENT UID LIMITS COMMAND...

PARENT is the process to die with, UID the account to run under (its group has the same number), "" for no change.
LIMITS are NAME=VALUE with commas between them, by the names of setrlimit(2).
Exits with 127 when the command cannot be run, with 1 when the parent is gone already.
"""

import ctypes
import os
import resource
import signal
import sys
from typing import Final

PR_SET_PDEATHSIG: Final = 1
PR_SET_NO_NEW_PRIVS: Final = 38
NICE: Final = 5


def main(parent: str, uid: str, limits: str, *command: str) -> str:
    """Replace this process by the command, or return why that is not possible."""
    os.nice(NICE)
    for limit in limits.split(","):
        name, value = limit.split("=")
        resource.setrlimit(getattr(resource, f"RLIMIT_{name.upper()}"), (int(value), int(value)))
    if uid:
        os.setgroups([])
        os.setgid(int(uid))
        os.setuid(int(uid))
    system = ctypes.CDLL(None)
    system.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    # After the change of account, which would clear it.
    system.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))
    if os.getppid() != int(parent):
        sys.exit(1)
    try:
        os.execv(command[0], command)  # noqa: S606 - no shell is wanted
    except OSError as error:
        return f"{command[0]}: {error.strerror}"


if __name__ == "__main__":
    sys.stderr.write(main(*sys.argv[1:]) + "\n")
    sys.exit(127)
