"""Become another program that dies with the process which started it.

Run as a script, with nothing but the standard library, because the environment of the package is out of reach here:

    python -I -S parent_death.py PARENT SIGNAL UID GID COMMAND...

PARENT is the process to die with and SIGNAL what then ends the command. UID and GID are the account to run under.
Exits with 127 when the command cannot be run, with 1 when the parent is gone already.
"""

import ctypes
import os
import sys
from typing import Final

PR_SET_PDEATHSIG: Final = 1


def main(parent: str, signal: str, uid: str, gid: str, *command: str) -> str:
    """Replace this process by the command, or return why that is not possible."""
    if os.geteuid() != int(uid):
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    if sys.platform == "linux":  # elsewhere the next start ends what a crash left
        # After the change of account, which would clear it.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal))
    if os.getppid() != int(parent):
        sys.exit(1)
    try:
        os.execv(command[0], command)  # noqa: S606 - no shell is wanted
    except OSError as error:
        return f"{command[0]}: {error.strerror}"


if __name__ == "__main__":
    sys.stderr.write(main(*sys.argv[1:]) + "\n")
    sys.exit(127)
