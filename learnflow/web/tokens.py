"""Tokens of students, and who a token speaks for. No I/O."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

_PURPOSE: Final = b"learnflow student\n"  # so that the secret's use here is no other's


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever asks: an operator or a teacher, who sees all, or a student, who sees what is their own."""

    student_id: str | None = None

    @property
    def operator(self) -> bool:
        """Whether this is an operator or a teacher."""
        return self.student_id is None

    def may_see(self, student_id: str) -> bool:
        """Return whether what belongs to a student may be shown."""
        return self.operator or self.student_id == student_id


OPERATOR: Final = Visitor()


def student_token(student_id: str, secret: str) -> str:
    """Return the token of a student: the id, and the HMAC that only who has the secret can make."""
    return f"{_encoded(student_id.encode())}.{_signature(student_id, secret)}"


def visitor(token: str, operator_token: str, student_secret: str) -> Visitor | None:
    """Return whom a token speaks for, or None. An empty secret lets no student in."""
    if not token.isascii():
        return None
    if operator_token and hmac.compare_digest(token.encode(), operator_token.encode()):
        return OPERATOR
    name, dot, signature = token.partition(".")
    if not (dot and student_secret):
        return None
    try:
        student_id = base64.urlsafe_b64decode(name + "=" * (-len(name) % 4)).decode()
    except (binascii.Error, ValueError):
        return None
    if not hmac.compare_digest(signature.encode(), _signature(student_id, student_secret).encode()):
        return None
    return Visitor(student_id)


def _signature(student_id: str, secret: str) -> str:
    return _encoded(hmac.digest(secret.encode(), _PURPOSE + student_id.encode(), hashlib.sha256))


def _encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
