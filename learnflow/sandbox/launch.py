"""Become another program that dies with the process which started it, and that may be held to limits.

Run as a script, with nothing but the standard library, because the environment of the package is out of reach here:

    python -I -S launch.py PARENT SIGNAL UID GID LIMITS COMMAND...

PARENT is the process to die with, SIGNAL what then ends the command, UID and GID the account to run under, "" for no
change. LIMITS are NAME=VALUE with commas between them, by the names of setrlimit(2); with any, the command also yields
to others and gets no privileges that this process has not. "" stands for none.
Exits with 127 when the command cannot be run, with 1 when the parent is gone already.
"""

import ctypes
import os
import resource
import sys
from typing import Final

PR_SET_PDEATHSIG: Final = 1
PR_SET_NO_NEW_PRIVS: Final = 38
NICE: Final = 5


def main(parent: str, signal: str, uid: str, gid: str, limits: str, *command: str) -> str:
    """Replace this process by the command, or return why that is not possible."""
    if limits:
        os.nice(NICE)
    for name, value in (limit.split("=") for limit in limits.split(",") if limit):
        resource.setrlimit(getattr(resource, f"RLIMIT_{name.upper()}"), (int(value), int(value)))
    if uid and os.geteuid() != int(uid):
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    if sys.platform == "linux":  # elsewhere the next start ends what a crash left
        system = ctypes.CDLL(None)
        if limits:
            system.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        # After the change of account, which would clear it.
        system.prctl(PR_SET_PDEATHSIG, int(signal))
    if os.getppid() != int(parent):
        sys.exit(1)
    try:
        os.execv(command[0], command)  # noqa: S606 - no shell is wanted
    except OSError as error:
        return f"{command[0]}: {error.strerror}"


if __name__ == "__main__":
    sys.stderr.write(main(*sys.argv[1:]) + "\n")
    sys.exit(127)
