"""E-mail addresses, logins in URLs, and numbers of phones, cards and bank accounts. No clock, no I/O."""

import re
from typing import Final

PHONE: Final = "[phone]"
CARD: Final = "[card number]"
ACCOUNT: Final = "[account number]"
_ZERO: Final = "0"  # in place of a number that code calculates with

_ENOUGH_DIGITS: Final = re.compile(r"\d(?:[ .()/-]{0,2}+\d){6}")

_CARD: Final = re.compile(
    r"(?<![\w.+-])(?P<number>[3-6]\d{3}(?:(?P<sep>[ -])\d{4}(?P=sep)\d{4}(?P=sep)\d{4}"
    r"|(?P<amex>[ -])\d{6}(?P=amex)\d{5}|\d{9,15}))(?![\w-]|\.\d)"
)
_ISSUERS: Final = re.compile(  # Visa, Mastercard, American Express, Discover, JCB, Diners
    r"4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|3[47]\d{13}|6(?:011|5\d\d|4[4-9]\d)\d{12}|35\d{14}|3[068]\d{12}"
)

_ACCOUNT: Final = re.compile(r"(?<![A-Za-z0-9])(?P<country>[A-Z]{2})\d{2}(?: ?[A-Z0-9]){11,30}")
_LENGTHS: Final = {  # of IBANs (the SWIFT registry)
    country: int(length)
    for country, length in re.findall(
        r"([A-Z]{2})(\d\d)",
        "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BR29BY28CH21CR22CY28CZ24DE22DK18DO28EE20EG29ES24FI18FO18FR27GB22"
        "GE22GI23GL18GR27GT28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21MC27MD24ME22MK19"
        "MR27MT31MU30NL18NO15PK24PL28PS29PT25QA29RO24RS22SA24SC31SE24SI19SK24SM27ST25SV28TL23TN24TR26UA29VA22"
        "VG24XK20",
    )
}

# Numbers as they are written where a phone rings; all that is only digits needs a word before it.
_FORMS: Final = (
    r"\+[1-9](?:\)? ?\(|\)[ -]?|[ ./-])?\d(?:(?:\)? ?\(|\)[ -]?|[ ./-])?\d){6,13}",  # +49 (170) 123-4567
    r"00[1-9]\d{0,2}(?:[ /-]\(?\d{2,9}\)?){2,5}",
    r"(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[.-])[2-9]\d\d[.-]\d{4}",  # (415) 555-2671
    r"\(0?[1-9]\d{1,4}\) ?\d{3,5}(?:[ -]?\d{2,5}){1,2}",  # (11) 91234-5678
    r"(?<!\d[ .-])0[1-9](?P<pairs>[ .-])(?!0\d[ .-]0)\d\d(?:(?P=pairs)\d\d){3}(?![ .-]\d)",  # 06 12 34 56 78
    r"0[1-9]\d{1,3}(?:[ /]|-(?!\d\d-\d\d(?!\d)))\d{3,8}(?:[ -]\d{2,5}){0,2}",  # 0170 1234567
)
_PHONE: Final = re.compile(rf"(?<![\w.,:/+*-])(?:{'|'.join(_FORMS)})(?![\w]|[.,:/-]\d)")
_CALLED: Final = re.compile(
    r"(?P<before>(?<![^\W_])"
    r"(?:(?:tele|cell)?phone|mobile|telefono?|t[ée]l[ée]phone|tel[ée]fono?|celular|handy|whatsapp|tel"
    r"|call me|text me|reach me|ring me)"
    r"(?:[ _-]?(?:number|nummer|nr|no))?[\"']?(?: is|:| at| on|\.| ?=| ?:=){0,2} ?[\"']?)"
    r"(?P<number>\+?\(?\d(?:[ .()/-]{0,2}+\d){6,14})(?!\d|\.\d|[^\W\d_lLnuU])",
    re.IGNORECASE,
)
_FEWEST_DIGITS: Final = 8
_CALCULATION: Final = re.compile(r"[\d+-]+")
_IN_AN_OBJECT: Final = re.compile(r"\s{0,9}[,}]")
_OPERATORS: Final = ("=", "(", "[", ",", "{")


def mask_numbers(text: str) -> str:
    """Return a text without the numbers of phones, cards and bank accounts."""
    if _ENOUGH_DIGITS.search(text) is None:
        return text
    text = _CARD.sub(_card, _ACCOUNT.sub(_account, text))
    return _CALLED.sub(_called, _PHONE.sub(_phone, text))


def _card(match: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", match["number"])
    if not _ISSUERS.fullmatch(digits) or not _luhn(digits):
        return match[0]
    calculated = _after(match, _OPERATORS) or (_after(match, (":",)) and _IN_AN_OBJECT.match(match.string, match.end()))
    return _ZERO if match["number"].isdigit() and calculated else CARD


def _luhn(digits: str) -> bool:
    """Check the last digit (ISO/IEC 7812-1, annex B)."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def _account(match: re.Match[str]) -> str:
    length = _LENGTHS.get(match["country"])
    number = re.match(rf"(?: ?[A-Z0-9]){{{length}}}(?![A-Z0-9])", match[0]) if length else None
    if number is None or not _mod_97(number[0].replace(" ", "")):
        return match[0]
    return f"{ACCOUNT}{match[0][number.end() :]}"


def _mod_97(number: str) -> bool:
    """Check the digits after the country (ISO 13616)."""
    return int("".join(str(int(character, 36)) for character in number[4:] + number[:4])) % 97 == 1


def _phone(match: re.Match[str]) -> str:
    number = match[0]
    if sum(character.isdigit() for character in number) < _FEWEST_DIGITS:
        return number
    if _CALCULATION.fullmatch(number) and _after(match, ("=",)):  # which is a difference, or a number with a sign
        return _ZERO if number.startswith("+") else number
    return PHONE


def _called(match: re.Match[str]) -> str:
    calculated = match["number"].isdigit() and _after(match, _OPERATORS, "number")
    return f"{match['before']}{_ZERO if calculated else PHONE}"


def _after(match: re.Match[str], signs: tuple[str, ...], group: str | int = 0) -> bool:
    """Say whether a number stands where code has one: after an operator, and in no quotes."""
    at = match.start(group)
    return match.string[max(at - 3, 0) : at].rstrip(" ").endswith(signs)


E_MAIL: Final = "[e-mail]"
LOGIN: Final = "[user]:[password]"

_SERVER: Final = re.compile(r"@(?!\d+\.\d)[\w-]{1,63}(?:\.[\w-]{1,63}){0,6}\.(?P<end>[^\W\d_]{2,24})(?![\w(\[])")
_NAME_BACKWARDS: Final = re.compile(r"[\w.%+-]{1,64}")
_LONGEST_NAME: Final = 64  # characters (RFC 5321, 4.5.3.1.1)
_LOGIN: Final = re.compile(r"(?<=://)[^\s/@:\"'`<>]{0,100}:(?P<password>[^\s/\"'`<>]{1,200})@")
_PLACEHOLDER: Final = re.compile(r"\$?\{[^{}]*\}|%\w|\*+|\[\w+\]")
# `a @ b` multiplies matrices, and written without spaces it looks like an address
_OF_A_MATRIX: Final = re.compile("mT|conj|data|dot|flat|imag|inv|mean|real|reshape|shape|size|sum|values")
_OF_NOBODY: Final = "git"  # git@github.com: everybody's


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
        if name and name[0][::-1] != _OF_NOBODY and not _OF_A_MATRIX.fullmatch(server["end"]):
            pieces += (text[done : at - name.end()], E_MAIL)
            done = server.end()
    return "".join((*pieces, text[done:]))


def _login(match: re.Match[str]) -> str:
    return match[0] if _PLACEHOLDER.fullmatch(match["password"]) else f"{LOGIN}@"
