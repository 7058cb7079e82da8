"""Write learnflow/code_analysis/built_ins/*.toml, the documentation of JavaScript's and Java's built-ins.

    python -m tests.support.built_in_documentation TYPESCRIPT HARMONY

TYPESCRIPT is the unpacked npm package `typescript` (`npm pack typescript@5.9.3`), whose declarations of JavaScript's
library have a comment for each function. HARMONY is a checkout of Apache Harmony (github.com/apache/harmony), a library
of Java 6 with comments of its own. Both are under the Apache License 2.0; OpenJDK's comments are under the GPL, and so
none of them is here.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from html import unescape
from pathlib import Path
from typing import Final

import tree_sitter_java
from tree_sitter import Language, Node, Parser

FOLDER: Final = Path(__file__).parents[2] / "learnflow" / "code_analysis" / "built_ins"
LONGEST: Final = 360  # characters of what is said of a name
MOST_FORMS: Final = 2  # of a name that can be called in several ways

JAVASCRIPT: Final = (
    "Array", "String", "Number", "Math", "Object", "JSON", "Map", "Set", "Promise", "Date", "RegExp", "Function",
)  # fmt: skip
VERSIONS: Final = ("es5", *(f"es{year}.*" for year in range(2015, 2024)))
JAVA: Final = (
    "lang/String", "lang/StringBuilder", "lang/Math", "lang/Integer", "lang/Double", "lang/Boolean", "lang/Character",
    "lang/Object", "lang/System", "lang/Thread", "io/PrintStream", "io/BufferedReader", "util/Scanner", "util/Random",
    "util/Arrays", "util/Collections", "util/List", "util/Map", "util/Set", "util/Iterator", "util/Queue", "util/Stack",
)  # fmt: skip
HEADS: Final = {
    "javascript": "from the declarations of TypeScript 5.9.3, Copyright (c) Microsoft Corporation,",
    "java": "from Apache Harmony (Java 6), Copyright 2006, 2010 The Apache Software Foundation, 2006 Intel,",
}
HEAD: Final = """\
# What the built-ins of {label} do, by their names: for each way to call one its form, and what is said of it. Taken
# {source}
# licensed under the Apache License 2.0 (LICENSE.txt beside this file). Changed: shortened, without types and markup.
# Written by tests/support/built_in_documentation.py; not to be edited.

"""

_TAG: Final = re.compile(r"</?\w{1,20}>")
Entry = tuple[str, str, str]  # name, form, what is said of it

_COMMENTED: Final = re.compile(
    r"^(?P<owner>(?:declare )?(?:interface|namespace) \w+)|/\*\*(?P<comment>(?:(?!\*/).)*)\*/\s*"
    r"(?!(?:declare )?(?:interface|namespace|var|type)\b)(?:declare function )?(?P<name>new|\w+)\??(?P<rest>[^\n]*)",
    re.MULTILINE | re.DOTALL,
)


def javascript(folder: Path) -> Iterator[Entry]:
    """Yield what the declarations in a package of TypeScript say of the language's built-ins."""
    for file in (file for version in VERSIONS for file in sorted((folder / "lib").glob(f"lib.{version}.d.ts"))):
        owner = ""
        for match in _COMMENTED.finditer(file.read_text(encoding="utf-8")):
            if match["owner"]:
                owner = match["owner"].split()[-1]
            elif "(" in match["rest"] and "@deprecated" not in match["comment"]:
                whole = match[0].endswith(match["rest"]) and "declare function" in match[0]
                yield from _javascript_entry("" if whole else owner, match["name"], match["rest"], match["comment"])


def _javascript_entry(owner: str, name: str, rest: str, comment: str) -> Iterator[Entry]:
    kind = owner.removesuffix("Constructor")
    if (kind not in JAVASCRIPT and owner) or name == "new":
        return
    is_static = owner in ("Math", "JSON") or owner.endswith("Constructor")
    full = name if not owner else f"{kind}.{name}" if is_static else f"{kind}.prototype.{name}"
    names = [f"...{part[3:]}" if part.startswith("...") else part for part in _parameters(rest)]
    yield full, f"{name}({', '.join(names)})", _said(comment, [part.strip(".?") for part in names])


def _parameters(rest: str) -> Iterator[str]:
    """Yield the names of parameters, `?` behind those that may be left out."""
    depth, part = 0, ""
    for sign in re.sub(r"^<[^(]*>", "", rest.replace("=>", "")).partition("(")[2]:
        depth += (sign in "([{<") - (sign in ")]}>")
        if depth < 0 or (sign == "," and depth == 0):
            if part.strip():
                yield part.partition(":")[0].strip()
            part = ""
            if depth < 0:
                return
        else:
            part += sign


def java(folder: Path) -> Iterator[Entry]:
    """Yield what Harmony's comments say of the methods of Java's classes."""
    parser = Parser(Language(tree_sitter_java.language()))
    for name in JAVA:
        file = next(folder.glob(f"classlib/modules/luni*/src/main/java/java/{name}.java"))
        root = parser.parse(file.read_bytes().replace(b"\r\n", b"\n")).root_node
        kind = next(node for node in root.children if node.type in ("class_declaration", "interface_declaration"))
        body = kind.child_by_field_name("body")
        for node in sorted(body.children if body else (), key=_takes_no_text):
            if node.type == "method_declaration" and "private" not in _text(node).partition("(")[0]:
                yield from _java_entry(name.rpartition("/")[2], node)


def _takes_no_text(node: Node) -> bool:
    """Say whether a method has no text among its parameters: of several forms, that with a text is used most."""
    return "String" not in _text(node.child_by_field_name("parameters"))


def _java_entry(owner: str, node: Node) -> Iterator[Entry]:
    name, before = _text(node.child_by_field_name("name")), node.prev_sibling
    comment = _text(before)
    if before is None or not comment.startswith("/**") or "@deprecated" in comment:
        return
    listed = node.child_by_field_name("parameters")
    names = [_text(part).split()[-1].rstrip("[]") for part in (listed.named_children if listed else ())]
    yield f"{owner}.{name}", f"{name}({', '.join(names)})", _said(comment[3:-2], names)


def _text(node: Node | None) -> str:
    return (node.text or b"").decode() if node else ""


def _said(comment: str, names: Sequence[str]) -> str:
    """Return the first paragraph of a comment, and what it says of the parameters, as far as there is room."""
    lines = "\n".join(re.sub(r"^\s*\*? ?", "", line) for line in comment.splitlines())
    first, *tags = re.split(r"(?m)^\s*@(?=\w)", _plain(lines))
    said = _sentences(re.split(r"\n\s*\n|<(?:p|pre|ul|br)\b", first.strip(), maxsplit=1)[0])
    for tag in tags:
        kind, _, rest = tag.partition(" ")
        name, _, what = " ".join(rest.split()).partition(" ")
        what = _TAG.sub("", re.split(r"<(?:p|pre|ul)\b", what.lstrip("- "))[0].strip())
        sentence = f" `{name}`: {what.rstrip('.')}."
        if not said and kind in ("return", "returns"):
            said = _sentences(f"Returns {name} {what}")
        if said and kind == "param" and name in names and what and len(said) + len(sentence) <= LONGEST:
            said += sentence
    return said


def _sentences(text: str) -> str:
    """Return as many whole sentences as there is room for."""
    kept = ""
    for sentence in re.split(r"(?<=[.!?])\s+", _TAG.sub("", " ".join(text.split()))):
        if len(kept) + len(sentence) > LONGEST:
            break
        kept = f"{kept} {sentence}".strip()
    return kept if not kept or kept[-1] in ".!?" else f"{kept.rstrip(':')}."


def _plain(text: str) -> str:
    """Return a comment without markup; code stands between backticks."""
    text = re.sub(r"\{@(?:code|link|linkplain)\s+([^{}]+)\}", lambda match: f"`{match[1].strip()}`", text)
    text = re.sub(r"</?(?:code|tt)>", "`", text)
    return unescape(re.sub(r"`[\w.]*#", "`", text))


def toml(label: str, language: str, entries: Iterator[Entry]) -> str:
    """Return the entries as TOML, a line for each name."""
    forms: dict[str, dict[str, str]] = {}
    for name, form, said in entries:
        if said and not said.startswith("Note:"):
            forms.setdefault(name, {}).setdefault(form, said)
    lines = (
        f"{_quoted(name)} = [{', '.join(f'[{_quoted(form)}, {_quoted(said)}]' for form, said in _telling(ways))}]"
        for name, ways in forms.items()
    )
    return HEAD.format(label=label, source=HEADS[language]) + "\n".join(lines) + "\n"


def _telling(ways: dict[str, str]) -> list[tuple[str, str]]:
    """Return the ways to call something that say different things, those with few parameters first."""
    ordered = sorted(ways.items(), key=lambda way: way[0].count(","))
    different = {said: form for form, said in reversed(ordered)}
    return [(form, said) for form, said in ordered if different[said] == form][:MOST_FORMS]


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


if __name__ == "__main__":
    typescript, harmony = map(Path, sys.argv[1:])
    for label, language, entries in (
        ("JavaScript", "javascript", javascript(typescript)),
        ("Java", "java", java(harmony)),
    ):
        (FOLDER / f"{language}.toml").write_text(toml(label, language, entries), encoding="utf-8")
