"""The documentation of what languages bring: found by name, complete, readable; and nothing is imported for a name."""

import re
import sys
import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnflow.code_analysis.built_ins import SOURCES, look_up
from learnflow.models.vocabulary import Language

FILES = (Language.JAVASCRIPT, Language.JAVA)
EXPECTED = {
    Language.JAVASCRIPT: [
        "parseInt", "parseFloat", "isNaN", "Math.max", "Math.floor", "Math.round", "JSON.parse", "JSON.stringify",
        "Object.keys", "Object.entries", "Promise.all", "Number.isInteger",
        *(f"Array.prototype.{name}" for name in ("map", "filter", "reduce", "forEach", "push", "pop", "slice", "splice",
          "sort", "indexOf", "includes", "find", "join", "concat", "reverse", "some", "every", "flat", "shift")),
        *(f"String.prototype.{name}" for name in ("split", "slice", "substring", "trim", "replace", "includes",
          "toUpperCase", "charAt", "indexOf", "padStart", "repeat", "startsWith")),
        "Map.prototype.get", "Set.prototype.has", "Promise.prototype.then", "Date.prototype.getFullYear",
    ],
    Language.JAVA: [
        "Scanner.nextInt", "Scanner.nextLine", "Scanner.hasNextInt", "Math.max", "Math.random", "Math.pow", "Math.sqrt",
        *(f"String.{name}" for name in ("length", "charAt", "substring", "equals", "indexOf", "split", "trim",
          "contains", "toUpperCase", "compareTo", "format", "valueOf")),
        "Integer.parseInt", "PrintStream.println", "PrintStream.printf", "List.add", "List.get", "List.size",
        "Map.put", "Map.get", "Map.containsKey", "Arrays.sort", "Arrays.toString", "Random.nextInt",
        "StringBuilder.append", "StringBuilder.reverse", "Collections.sort",
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "language", "form", "says"),
    [
        ("randint", None, "random.randint(a, b)", "Return random integer in range [a, b], including both end points."),
        ("random.randint", Language.PYTHON, "random.randint(a, b)", "including both end points"),
        ("strip", None, "str.strip(chars=None)", "leading and trailing whitespace removed"),
        ("sort", None, "list.sort(*, key=None, reverse=False)", "return None"),
        ("scores.append", None, "list.append(object)", "Append object to the end of the list."),
        ("enumerate", None, "enumerate(iterable, start=0)", "enumerate"),
        ("Counter.most_common", None, "collections.Counter.most_common(n=None)", "n most common elements"),
        ("Math.max", None, "Math.max(...values)", "the larger of a set"),
        ("Math.max", Language.JAVA, "Math.max(d1, d2)", "most positive"),
        ("array.map", None, "Array.prototype.map(callbackfn, thisArg?)", "Calls a defined callback function"),
        ("map", Language.JAVASCRIPT, "Array.prototype.map(callbackfn, thisArg?)", "Calls a defined callback function"),
        ("nextInt", None, "Scanner.nextInt()", "Returns the next token as an `int`."),
        ("System.out.println", None, "PrintStream.println(str)", "Prints a string followed by"),
        ("parseint", None, "parseInt(string, radix?)", "Converts a string to an integer."),
    ],
)
def test_a_name_is_found_with_and_without_what_it_belongs_to(
    name: str, language: Language | None, form: str, says: str
) -> None:
    first = look_up(name, language)[0]
    assert first.form == form
    assert says in first.says


def test_of_several_of_one_name_the_words_around_it_choose() -> None:
    assert [entry.name for entry in look_up("pop")] == ["list.pop", "dict.pop", "set.pop"]
    assert [entry.name for entry in look_up("pop", near={"dictionary"})] == ["dict.pop"]
    assert {entry.name for entry in look_up("nextInt", near={"random"})} == {"Random.nextInt"}


def test_the_last_part_alone_tells_only_of_what_is_called_on_a_value() -> None:
    assert [entry.name for entry in look_up("reader.nextLine")] == ["Scanner.nextLine"]
    assert look_up("console.log") == ()  # no logarithm
    assert look_up("game.floor") == ()


def test_case_tells_two_languages_apart() -> None:
    assert [look_up(name)[0].language for name in ("math.floor", "Math.floor")] == ["python", "javascript"]


def test_what_is_always_there_comes_before_what_is_imported() -> None:
    assert [entry.name for entry in look_up("open")] == ["open"]
    assert [entry.name for entry in look_up("split")] == ["str.split"]


@pytest.mark.parametrize(
    ("name", "parameters"),
    [("randint", ("a", "b")), ("print", ()), ("parseInt", ("string", "radix")), ("Math.max", ()), ("max", ())],
)
def test_only_parameters_whose_order_tells_are_named(name: str, parameters: tuple[str, ...]) -> None:
    assert look_up(name)[0].parameters == parameters


@pytest.mark.parametrize(
    "name", ["frobnicate", "str.frobnicate", "__import__", "random.Random.frob", "", ".", "a" * 500]
)
def test_what_is_no_built_in_is_not_found(name: str) -> None:
    assert look_up(name) == ()


def test_a_language_whose_documentation_is_not_here_has_none() -> None:
    assert look_up("println", Language.RUST) == ()


@given(st.text(max_size=120), st.none() | st.sampled_from(Language))
def test_no_text_raises(name: str, language: Language | None) -> None:
    assert all(entry.says and entry.language in SOURCES for entry in look_up(name, language))


@pytest.mark.parametrize("name", ["antigravity", "this", "idlelib", "tkinter.Tk", "turtle.forward", "lib2to3.main"])
def test_no_name_imports_anything(name: str) -> None:
    look_up("randint")
    before = set(sys.modules)
    look_up(name)
    look_up(name, Language.PYTHON)
    assert set(sys.modules) == before


@pytest.mark.parametrize("language", FILES)
def test_the_files_are_complete_and_readable(language: Language) -> None:
    text = files("learnflow.code_analysis.built_ins").joinpath(f"{language}.toml").read_text(encoding="utf-8")
    entries = tomllib.loads(text)
    assert set(EXPECTED[language]) - set(entries) == set()
    for name, ways in entries.items():
        for form, says in ways:
            assert form.startswith(f"{name.rpartition('.')[2]}("), name
            assert form.endswith(")"), name
            assert 15 <= len(says) <= 400, name
            assert says.count("`") % 2 == 0, name
            assert not re.search(r"\{@|</?\w+>|&\w+;|\n", says), name
            assert says[-1] in ".!?", name


@pytest.mark.parametrize("language", FILES)
def test_the_files_say_where_they_are_from_and_under_which_licence(language: Language) -> None:
    folder = files("learnflow.code_analysis.built_ins")
    head = folder.joinpath(f"{language}.toml").read_text(encoding="utf-8").partition("\n\n")[0]
    assert "Copyright" in head
    assert "Apache License 2.0 (LICENSE.txt beside this file)" in head
    assert "Version 2.0, January 2004" in folder.joinpath("LICENSE.txt").read_text(encoding="utf-8")
