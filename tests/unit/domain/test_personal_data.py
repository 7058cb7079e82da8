"""Masking: what is personal or secret becomes a word, and programs stay as they are."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnflow.code_analysis.syntax import check
from learnflow.domain.personal_data import is_personal, mask
from learnflow.models.vocabulary import Language

FRAGMENTS = sorted((Path(__file__).parents[1] / "code_analysis" / "syntax" / "fragments").rglob("*.txt"))

# The beginnings are apart from the rest, so that no tool that looks for keys takes these for some.
ANTHROPIC, AWS, GITHUB, SLACK = "sk-ant-api03-AbCd_12345678", "AKIAIOSFODNN7EXAMPLE", "ghp_a1B2" * 9, "xoxb-1234-ab"
GITHUB_FINE, GOOGLE = "github_pat_11ABCDEFG0abcdefghij", "AIzaSyA1234567890abcdefghijklmnopqrstuv"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-DEF_123"
BEGIN, END = "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"

MASKED = {
    "an e-mail": ("Write to jane.doe+x@uni-bonn.de, please", "Write to [e-mail], please"),
    "an e-mail at a sentence's end": ("I am jane@example.co.uk.", "I am [e-mail]."),
    "an e-mail with umlauts": ("jörg@münchen.de", "[e-mail]"),
    "an e-mail between signs": ("<jane@example.com>", "<[e-mail]>"),
    "two in a row": ("a@example.com,b@example.com", "[e-mail],[e-mail]"),
    "an international phone": ("+49 170 1234567", "[phone]"),
    "an international phone with brackets": ("+44 (0)20 7946 0958", "[phone]"),
    "an international phone without gaps": ("my number: +4915112345678!", "my number: [phone]!"),
    "an american phone": ("(415) 555-2671 or 415-555-2671 or 1-415-555-2671", "[phone] or [phone] or [phone]"),
    "a german phone": ("0170 1234567, 0711/1234567", "[phone], [phone]"),
    "a british phone": ("020 7946 0958", "[phone]"),
    "a french phone": ("06 12 34 56 78", "[phone]"),
    "a brazilian phone": ("(11) 91234-5678", "[phone]"),
    "an indian phone": ("phone: 98765 43210", "phone: [phone]"),
    "a spanish phone": ("whatsapp 612 345 678", "whatsapp [phone]"),
    "an australian phone": ("0412 345 678", "[phone]"),
    "only digits after a word for it": ("call me at 4155552671", "call me at [phone]"),
    "a phone in code": ('phone = "4155552671"', 'phone = "[phone]"'),
    "a phone that is a number in code": ("phone_number = 4155552671", "phone_number = 0"),
    "a phone in brackets": ("Jane (+4915112345678, 415-555-2671)", "Jane ([phone], [phone])"),
    "a phone with a sign in code": ("x = +4915112345678", "x = 0"),
    "a card": ("4111 1111 1111 1111 and 3782 822463 10005", "[card number] and [card number]"),
    "a card without gaps": ("card 5555555555554444", "card [card number]"),
    "a card that is a number in code": ("pay(4111111111111111)", "pay(0)"),
    "bank accounts": (
        "DE89 3704 0044 0532 0130 00 and GB82WEST12345698765432.", "[account number] and [account number].",
    ),
    "an account before capitals": ("FR1420041010050500013M02606 AND MORE", "[account number] AND MORE"),
    "an anthropic key": (f"ANTHROPIC = '{ANTHROPIC}'", "ANTHROPIC = '[key]'"),
    "keys of services": (f"{AWS} {GITHUB} {SLACK}12345 {GITHUB_FINE} {GOOGLE}", "[key] [key] [key] [key] [key]"),
    "a web token": (f"jwt={JWT};", "jwt=[key];"),
    "a header": ('"Authorization": "Bearer abcdef123456789"', '"Authorization": "Bearer [key]"'),
    "a basic login": ("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic [key]"),
    "a private key": (f"{BEGIN}\nMIIEpAIBAAKCAQEA7bq\nabc/+==\n{END}\nHelp!", "[private key]\nHelp!"),
    "a private key over lines of code": (f'k = ("{BEGIN}\\n"\n  "MIIEvQ\\n"\n  "{END}")', 'k = ("[private key]")'),
    "a private key without its end": (f"{BEGIN}\nMIIEpAIBAAKCAQEA7bqabcdefgh\nWhy?", "[private key]\nWhy?"),
    "a password": ('password = "hunter2"', 'password = "[password]"'),
    "a password with a type": ('db_password: &str = "hunter2";', 'db_password: &str = "[password]";'),
    "a password with a quote in it": (r'PWD := "ab\"c";', 'PWD := "[password]";'),
    "a password in JSON": ("{'password': 'hunter2', 'x': 'y'}", "{'password': '[password]', 'x': 'y'}"),
    "a password that is set": ('user.setPassword("hunter2");', 'user.setPassword("[password]");'),
    "a password without quotes": ("password: hunter2\n", "password: [password]\n"),
    "a password in a sentence": ("My password is hunter2!, help", "My password is [password], help"),
    "a german password": ("Passwort: geheim99", "Passwort: [password]"),
    "an api key": ('{"api_key": "abcd1234efgh"}', '{"api_key": "[key]"}'),
    "an api key in the environment": ("API_KEY=abcdef123456ghij", "API_KEY=[key]"),
    "a token in an address": ("/x?token=abc123def456&y=1", "/x?token=[key]&y=1"),
    "a token in rust": ('let token = String::from("abc12345xyz");', 'let token = String::from("[key]");'),
    "a login in an address": ("postgresql://anna:geheim@db/x", "postgresql://[user]:[password]@db/x"),
    "an @ in a password": ("https://u:p@ss@host.org/", "https://[user]:[password]@host.org/"),
    "after a letter that grows": ('İ password = "hunter2"', 'İ password = "[password]"'),
}  # fmt: skip

KEPT = [
    'password = input("Password: ")', 'password = ""', "password: str", "password=password1", "password = None",
    'if token == "NUMBER": token = tokens[0]', 'token = "PLUS"', "login(password=user.pw2, token=tok1)",
    'password = "{password}"', "password := os.Getenv(name)", 'print("Enter your password:")', "password_length = 12",
    "The password is 8 characters long", '"password": "Please enter a password"', "String token = scanner.next();",
    "x = 4155552671", "arr = [1, 2, 3, 4155552671, 1234567890123456]", "range(1000000, 2000000)",
    "2026-01-02T14:23:45.123456+02:00", "2026-01-02 14:23:45", "02-01-2026", "01/02/2026 10:20:30", "2026/01/02",
    "192.168.100.200", "10.0.0.1:8080", "version 1.2.3.4", "numpy==1.26.4", "lodash@4.17.21",
    'File "main.py", line 1234567, in <module>', "\tat Main.main(Main.java:5)", "goroutine 1 [running]: +0x1d",
    "error[E0382]: borrow of moved value --> src/main.rs:4:20", "0x7ffee4b5c8a0", "1_000_000_000",
    "3.14159265358979", "1e10", "550e8400-e29b-41d4-a716-446655440000", "00 01 02 03 04 05 06 07", "01 02 03 04 05",
    "1 2 3 4 5 6 7 8 9", "12345 67890 12345", "x = 100-200-3000", "1234-5678", "0.1234567", "print(+1234567)",
    "SELECT * FROM t WHERE id=1234567890", "0b1010101010", "a @ b", "a@b.T", "w@x.mean", "(x@w.reshape(2))",
    '@app.route("/x")', "@Override", "git@github.com:user/repo.git", "task-12345678901234567890", "sk-learn is good",
    "the telephone book has 1000000 entries", f'text.startswith("{BEGIN}")', "int[] a = {10000000, 20000000};",
    'f"postgres://{user}:{password}@{host}"', "4111111111111112", "Bearer tokens",
    "std::vector<std::pair<int, int>> v{{1, 2}};", "print(f'{x:010.3f}')", "assert f(123456789) == 987654321",
]  # fmt: skip

CODE = {
    Language.PYTHON: """def f():
    password = "hunter2"
    phone = 4155552671
    return ["a@example.com", {key!r}]
""",
    Language.JAVASCRIPT: """const password = 'hunter2';
const to = `a@example.com`;
send({{card: 4111111111111111, to}}, {key!r});
""",
    Language.JAVA: 'class A {{ String password = "hunter2"; String k = "{key}"; long phone = 4155552671L; }}',
    Language.CPP: """#include <string>
std::string password{{"hunter2"}};
const char* to = "a@example.com {key}";
""",
    Language.GO: """package main

func main() {{
	password := "hunter2"
	send(password, "a@example.com", `{key}`)
}}
""",
    Language.RUST: """fn main() {{
    let password: &str = "hunter2";
    send(password, "a@example.com", "{key}");
}}
""",
}

HOSTILE = {
    "names without an @": "a.", "many @": "a@", "addresses that do not end": "a@a.", "digits": "1",
    "digits apart": "1 ",
    "beginnings of phones": "+1 (415) ", "trunk digits": "00 ", "pairs": "06 12 34 ", "numbers": "4111111111111111 ",
    "beginnings of keys": "sk-", "tokens": "eyJ.", "private keys": "-----BEGIN PRIVATE KEY-----",
    "open quotes": 'password="', "passwords": "password: ", "types": "password: aaaaaaaa aaaaaaa aaaaaaa a",
    "names": "pwd", "accounts": "DE89 ", "logins": "://a:", "words for phones": "tel 1 2 3 4 5 ",
    "schemes": "Bearer ", "escapes": 'token="\\\\', "dashes": "a-@", "spaces": "token:      ",
}  # fmt: skip


@pytest.mark.parametrize(("text", "masked"), MASKED.values(), ids=MASKED)
def test_personal_data_and_secrets_become_words(text: str, masked: str) -> None:
    assert mask(text) == masked
    assert mask(f"Hello, {text}") == f"Hello, {masked}"
    assert is_personal(text)


@pytest.mark.parametrize("text", KEPT)
def test_what_programs_are_made_of_stays(text: str) -> None:
    assert mask(text) == text
    assert not is_personal(text)


@pytest.mark.parametrize("file", FRAGMENTS, ids=lambda file: f"{file.parent.name} {file.stem}")
def test_code_without_personal_data_stays(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert mask(text) == text


@pytest.mark.parametrize("language", Language)
def test_masked_code_still_parses(language: Language) -> None:
    code = CODE[language].format(key=ANTHROPIC)
    masked = mask(code)
    assert (check(language, code), check(language, masked)) == (None, None)
    assert "hunter2" not in masked
    assert ANTHROPIC not in masked
    assert "example.com" not in masked
    assert "415555" not in masked
    assert masked.count("\n") == code.count("\n")


def test_every_language_has_fragments_that_stay() -> None:
    assert {file.parent.name for file in FRAGMENTS} == {str(language) for language in Language}


@given(st.lists(st.sampled_from([*(text for text, _ in MASKED.values()), *KEPT, " ", "\n", '"', "=", "a"]), max_size=6))
def test_masked_lines_stay_as_they_are(parts: list[str]) -> None:
    once = mask("\n".join(parts))
    assert mask(once) == once


@given(st.text(max_size=200))
def test_any_text_can_be_masked(text: str) -> None:
    once = mask(text)
    assert mask(once) == once


def test_only_one_letter_changes_its_length_when_it_is_made_small() -> None:
    assert [chr(code) for code in range(0x110000) if len(chr(code).lower()) != 1] == ["\u0130"]


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_takes_time_in_proportion_to_its_length(piece: str) -> None:
    """Four times the text may take four times as long, and some noise; where it were quadratic, sixteen times."""

    def seconds(length: int) -> float:
        text = (piece * length)[:length]
        runs = []
        for _ in range(7):
            started = time.process_time()
            mask(text)
            runs.append(time.process_time() - started)
        return min(runs)

    assert seconds(40_000) < 9 * seconds(10_000) + 0.0005
