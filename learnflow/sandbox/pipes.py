"""The pipes of a process and its end, none of which is waited for while another is full."""

import os
import selectors
import subprocess
from typing import Final

_CHUNK: Final = 1 << 16


class Pipes:
    """Writes standard input, reads standard output and standard error up to a bound, and notices the end."""

    def __init__(self, process: subprocess.Popen[bytes], most: int) -> None:
        self.ended = False
        self.stdout = bytearray()
        self.stderr = bytearray()
        self._process = process
        self._stdin = memoryview(b"")
        self._most = most
        self._selector = selectors.DefaultSelector()
        self._end = os.pidfd_open(process.pid)
        for pipe, into in ((process.stdout, self.stdout), (process.stderr, self.stderr)):
            if pipe is not None:
                os.set_blocking(pipe.fileno(), False)
                self._selector.register(pipe.fileno(), selectors.EVENT_READ, into)
        self._selector.register(self._end, selectors.EVENT_READ)

    def feed(self, stdin: bytes) -> None:
        """Write standard input from now on, and close it then."""
        self._stdin = memoryview(stdin)
        if (pipe := self._process.stdin) is not None:
            os.set_blocking(pipe.fileno(), False)
            self._selector.register(pipe.fileno(), selectors.EVENT_WRITE)

    def close(self) -> None:
        """Look no more; the pipes stay the process's own."""
        self._selector.close()
        os.close(self._end)

    @property
    def overflowing(self) -> bool:
        """Whether more was printed than is allowed."""
        return len(self.stdout) + len(self.stderr) > self._most

    def wait(self, seconds: float) -> bool:
        """Move what can be moved within the time; return whether there was anything."""
        ready = self._selector.select(seconds)
        for key, events in ready:
            if key.fd == self._end:
                self.ended = True
                self._selector.unregister(key.fd)
            elif events == selectors.EVENT_WRITE:
                self._write(key.fd)
            else:
                self._read(key.fd, key.data)
        return bool(ready)

    def drain(self) -> None:
        """Read what is left in the pipes of an ended process, up to the bound."""
        while not self.overflowing and self.wait(0):
            pass

    def printed(self) -> tuple[bytes, bytes]:
        """Return standard output and standard error, together within the bound."""
        stdout = bytes(self.stdout[: self._most])
        return stdout, bytes(self.stderr[: self._most - len(stdout)])

    def _write(self, pipe: int) -> None:
        try:
            self._stdin = self._stdin[os.write(pipe, self._stdin[:_CHUNK]) :]
        except BrokenPipeError:
            self._stdin = self._stdin[:0]
        if not self._stdin:
            self._selector.unregister(pipe)
            if self._process.stdin is not None:
                self._process.stdin.close()

    def _read(self, pipe: int, into: bytearray) -> None:
        chunk = os.read(pipe, _CHUNK)
        into += chunk
        if not chunk:
            self._selector.unregister(pipe)
