"""`python -m learnflow.code_analysis.syntax --language L FILE…`: the first syntax error of each file.

Prints `FILE:LINE:COLUMN: message`. Exits with 0 when every file can be read by its compiler, 1 when one cannot, 2 when
the language is not known or a file cannot be opened.
"""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Final

from learnflow.code_analysis.syntax import SyntaxFault, check
from learnflow.models.vocabulary import Language

RIGHT: Final = 0
WRONG: Final = 1
UNUSABLE: Final = 2


def main(arguments: list[str] | None = None) -> int:
    """Check the files, each whatever became of the others, and return the worst that was met."""
    program = "python -m learnflow.code_analysis.syntax"
    parser = ArgumentParser(program, description="Find the first syntax error of files.")
    parser.add_argument("--language", required=True, choices=[str(language) for language in Language])
    parser.add_argument("files", nargs="+", metavar="FILE")
    options = parser.parse_args(arguments)
    return max(_check(Language(options.language), name) for name in options.files)


def _check(language: Language, name: str) -> int:
    try:
        content = Path(name).read_bytes()
    except OSError as error:
        sys.stderr.write(f"{name}: cannot be read: {error.strerror}\n")
        return UNUSABLE
    fault = _fault(language, content)
    if fault is None:
        return RIGHT
    sys.stdout.write(f"{name}:{fault.line}:{fault.column}: {fault.message}\n")
    return WRONG


def _fault(language: Language, content: bytes) -> SyntaxFault | None:
    try:
        code = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig")
        column = len(before) - before.rfind("\n")
        return SyntaxFault(before.count("\n") + 1, column, f"the byte 0x{content[error.start]:02x} is not UTF-8")
    return check(language, code)


if __name__ == "__main__":
    sys.exit(main())
