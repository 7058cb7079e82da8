"""Personal data and secrets in a text → plain words in their place. No clock, no I/O.

What is masked: e-mail addresses, phone, card and bank account numbers, keys and tokens of well-known services, private
keys, passwords. What only looks like it in programs (versions, dates, addresses of machines, long numbers) stays, and a
masked literal keeps its quotes, so that code can still be read, by people and by compilers.
"""

from learnflow.domain.personal_data.contact_data import mask_addresses, mask_numbers
from learnflow.domain.personal_data.secret_values import mask_keys, mask_passwords

__all__ = ("is_personal", "mask")


def mask(text: str) -> str:
    """Return a text with `[e-mail]`, `[phone]`, `[key]` … in place of its personal data and secrets.

    It takes time in proportion to the length (15,000 characters: about 1 ms), whatever the text is. Lines
    that are masked again stay as they are.
    """
    return mask_numbers(mask_addresses(mask_passwords(mask_keys(text))))


def is_personal(text: str) -> bool:
    """Say whether a text holds personal data or secrets."""
    return mask(text) != text
