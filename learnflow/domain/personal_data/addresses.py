"""E-mail addresses, and the passwords in the addresses of servers. No clock, no I/O."""

import re
from typing import Final

E_MAIL: Final = "[e-mail]"
LOGIN: Final = "[user]:[password]"

_SERVER: Final = re.compile(r"@(?!\d+\.\d)[\w-]{1,63}(?:\.[\w-]{1,63}){0,6}\.(?P<end>[^\W\d_]{2,24})(?![\w(\[])")
_NAME_BACKWARDS: Final = re.compile(r"[\w.%+-]{1,64}")
_LONGEST_NAME: Final = 64  # characters (RFC 5321, 4.5.3.1.1)
_LOGIN: Final = re.compile(r"(?<=://)[^\s/@:\"'`<>]{0,100}:(?P<password>[^\s/\"'`<>]{1,200})@")
_PLACEHOLDER: Final = re.compile(r"\$?\{[^{}]*\}|%\w|\*+|\[\w+\]")
# `a @ b` multiplies matrices, and written without spaces it looks like an address
_OF_A_MATRIX: Final = frozenset({
    "mT", "conj", "data", "dot", "flat", "imag", "inv", "mean", "real", "reshape", "shape", "size", "sum", "values",
})  # fmt: skip
_OF_NOBODY: Final = frozenset({"git"})  # git@github.com: everybody's


def mask_addresses(text: str) -> str:
    """Return a text without e-mail addresses, and without the logins of URLs."""
    if "@" not in text:
        return text
    return _without_e_mails(_LOGIN.sub(_login, text) if "://" in text else text)


def _without_e_mails(text: str) -> str:
    """Look for servers, because few texts have an @ and all have names; what stands before one is read backwards."""
    pieces: list[str] = []
    done = 0
    for server in _SERVER.finditer(text):
        at = server.start()
        name = _NAME_BACKWARDS.match(text[max(done, at - _LONGEST_NAME) : at][::-1])
        if name and server["end"] not in _OF_A_MATRIX and name[0][::-1] not in _OF_NOBODY:
            pieces += (text[done : at - name.end()], E_MAIL)
            done = server.end()
    return "".join((*pieces, text[done:]))


def _login(found: re.Match[str]) -> str:
    return found[0] if _PLACEHOLDER.fullmatch(found["password"]) else f"{LOGIN}@"
