"""The system calls that no student's program needs, refused before the kernel looks at them."""

import errno
import tempfile
from typing import Final

from learnflow.sandbox.runner import SandboxUnavailable

AF_UNIX: Final = 1
LOW_WORD: Final = 0xFFFF_FFFF  # the kernel ignores the upper half of such arguments, so a filter has to
NEW_NAMESPACE: Final = (0x0002_0000, 0x0200_0000, 0x0400_0000, 0x0800_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000)
TERMINAL_INJECTION: Final = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX

REFUSED: Final = (
    # other processes' memory and files
    *("ptrace", "process_vm_readv", "process_vm_writev", "kcmp", "pidfd_getfd", "process_madvise"),
    # mounts and namespaces
    *("mount", "umount2", "pivot_root", "chroot", "unshare", "setns", "fsopen", "fsconfig", "fsmount", "fspick"),
    *("open_tree", "move_mount", "mount_setattr", "open_tree_attr", "open_by_handle_at", "name_to_handle_at"),
    # parts of the kernel with a long record of faults
    *("keyctl", "add_key", "request_key", "bpf", "perf_event_open", "userfaultfd", "personality", "fanotify_init"),
    *("io_uring_setup", "io_uring_enter", "io_uring_register", "io_setup", "io_submit", "lookup_dcookie"),
    # memory that is in no process's account
    *("memfd_create", "memfd_secret", "vmsplice", "move_pages", "migrate_pages"),
    *("shmget", "shmat", "shmctl", "semget", "semop", "semtimedop", "semctl", "msgget", "msgsnd", "msgrcv", "msgctl"),
    *("mq_open", "mq_unlink", "mq_timedsend", "mq_timedreceive", "mq_notify", "mq_getsetattr"),
    # the machine
    *("kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module", "reboot", "syslog", "acct"),
    *("swapon", "swapoff", "quotactl", "quotactl_fd", "iopl", "ioperm", "settimeofday", "clock_settime", "vhangup"),
    # networks; socketpair stays for event loops
    "socket",
)
# What a libseccomp of a long-lived distribution may not know by name; these numbers are those of every architecture.
NUMBERS: Final = {"quotactl_fd": 443, "memfd_secret": 447, "open_tree_attr": 467}


def filter_program() -> bytes:
    """Return the filter as BPF for this machine's architecture; raises SandboxUnavailable without libseccomp.

    Programs for another architecture (32 bit) are killed.
    """
    try:
        import pyseccomp  # type: ignore[import-untyped]  # noqa: PLC0415 - loads libseccomp, which is not everywhere
    except (ImportError, RuntimeError) as error:
        raise SandboxUnavailable(
            "libseccomp cannot be loaded: install libseccomp2 (Debian, Ubuntu) or libseccomp (Fedora)"
        ) from error

    refuse = pyseccomp.ERRNO(errno.EPERM)
    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    for name in REFUSED:
        resolved = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name)
        number = resolved if resolved != -1 else NUMBERS.get(name, -1)
        if number != -1:
            rules.add_rule(refuse, number)
    for flag in NEW_NAMESPACE:
        rules.add_rule(refuse, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, flag, flag))
    # Its flags are behind a pointer, where no filter can look; the C library falls back to clone.
    rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    for request in TERMINAL_INJECTION:
        rules.add_rule(refuse, "ioctl", pyseccomp.Arg(1, pyseccomp.MASKED_EQ, LOW_WORD, request))
    rules.add_rule(refuse, "socketpair", pyseccomp.Arg(0, pyseccomp.NE, AF_UNIX))
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()
