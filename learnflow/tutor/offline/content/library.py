"""The prepared content: explanations, words of follow-ups and wishes, and homework, read once from the files here."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from operator import attrgetter, methodcaller
from types import MappingProxyType
from typing import Annotated, Any, Final

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, ValidationError

from learnflow.models.fields import Model, explain
from learnflow.models.taxonomy import TOPICS
from learnflow.models.vocabulary import Language, SkillLevel

# an explanation must fit into an answer with a second part, the example's output, and how the answer ends
Paragraph = Annotated[str, StringConstraints(min_length=40, max_length=600, strip_whitespace=True)]
Sentence = Annotated[str, StringConstraints(min_length=10, max_length=300, strip_whitespace=True)]
LONGEST_ANSWER: Final = 480  # characters
Answer = Annotated[str, StringConstraints(min_length=10, max_length=LONGEST_ANSWER, strip_whitespace=True)]
_WITHOUT_EMPTY_LINES_AROUND: Final = AfterValidator(methodcaller("strip", "\n"))
Code = Annotated[str, StringConstraints(min_length=1, max_length=1_000), _WITHOUT_EMPTY_LINES_AROUND]
Output = Annotated[str, StringConstraints(min_length=1, max_length=400), _WITHOUT_EMPTY_LINES_AROUND]


class ContentInvalid(Exception):  # noqa: N818 - what is wrong, not an error of the program
    """An entry of the content is wrong or incomplete; names its file and the fields."""


class Content(Model):
    """A part of the content. What nobody reads has no place in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Part(Content):
    """One way to explain a topic, with an example of its own and exactly what that prints."""

    text: Paragraph
    code: Code
    output: Output


class Misconception(Content):
    """What students often believe, and what is true instead."""

    belief: Sentence
    truth: Sentence

    @property
    def corrected(self) -> str:
        """The misconception with what is true instead."""
        return f"Often believed: {self.belief}\nIn fact: {self.truth}"


class Point(Content):
    """A part of the topic that is often asked about: what it is called, in lower case, and the answer.

    `a and b` is asked where both sides are set against each other, `a + b` where all parts are said anywhere. With a
    `language` it is for questions in that language only.
    """

    about: tuple[Annotated[str, StringConstraints(min_length=2, to_lower=True)], ...] = Field(min_length=1)
    says: Answer
    language: Language | None = None
    code: Code | None = None


class Explanation(Content):
    """One topic explained: at each level, in another picture, and a third time in another way.

    The examples are in Python; `languages` has a first example in others, `points` what is asked about its parts.
    """

    beginner: Part
    intermediate: Part
    advanced: Part
    picture: Part
    further: Paragraph
    good_for: Sentence
    watch_out: Sentence
    misconceptions: tuple[Misconception, ...] = Field(min_length=2)
    try_it: tuple[Sentence, ...] = Field(min_length=2)
    points: tuple[Point, ...] = ()
    languages: dict[Language, Part] = Field(default_factory=dict)

    def at(self, level: SkillLevel) -> Part:
        """Return the explanation for a level."""
        part: Part = getattr(self, level)
        return part

    def warning(self, level: SkillLevel) -> str:
        """Return what goes wrong with the topic: a beginner's trap, and later what is believed and not so."""
        if level is SkillLevel.BEGINNER:
            return f"Watch out: {self.watch_out}"
        return self.misconceptions[0 if level is SkillLevel.INTERMEDIATE else 1].corrected


def toml_files(folder: Traversable) -> list[Traversable]:
    """Return the TOML files of a folder, in the order of their names."""
    return sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=attrgetter("name"))


def read_explanations(folder: Traversable) -> Mapping[str, Explanation]:
    """Return the explanations in a folder, one TOPIC.toml each, by their topics. Raises ContentInvalid."""
    return MappingProxyType({file.name.removesuffix(".toml"): _explanation(file) for file in toml_files(folder)})


def _explanation(file: Traversable) -> Explanation:
    if file.name.removesuffix(".toml") not in TOPICS:
        raise ContentInvalid(f"{file.name}: is not named after a topic of the taxonomy")
    try:
        return Explanation.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise ContentInvalid(f"{file.name}: is no TOML: {error}") from None
    except ValidationError as error:
        raise ContentInvalid(f"{file.name}: {explain(error)}") from None


_CONTENT: Final = files("learnflow.tutor.offline.content")


def _file(name: str) -> dict[str, Any]:
    return tomllib.loads(_CONTENT.joinpath(name).read_text(encoding="utf-8"))


EXPLANATIONS: Final[Mapping[str, Explanation]] = read_explanations(_CONTENT.joinpath("concepts"))


@dataclass(frozen=True, slots=True)
class FollowUps:
    """The words of which a follow-up is made; `referring` are those that refer to what was answered before."""

    referring: frozenset[str]
    simpler: frozenset[str]
    deeper: frozenset[str]
    example: frozenset[str]
    around: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        """Every word that a follow-up may have."""
        return self.referring | self.simpler | self.deeper | self.example | self.around


FOLLOW_UPS: Final = FollowUps(**{name: frozenset(words) for name, words in _file("follow_ups.toml").items()})

_WORDS: Final = _file("same_words.toml")

EMPTY: Final[frozenset[str]] = frozenset(_WORDS["empty"])  # words that tell nothing of what a question is about
REVIEW_WISHES: Final[Mapping[str, Mapping[str, str]]] = _file("review_wishes.toml")
SAME: Final[Mapping[str, str]] = MappingProxyType({word: group[0] for group in _WORDS["groups"] for word in group})


@dataclass(frozen=True, slots=True)
class Task:
    """A kind of function to write: the words that tell it, and the steps to it."""

    words: frozenset[str]
    steps: tuple[str, ...]


HOMEWORK: Final = tuple(
    Task(frozenset(task["words"]), tuple(task["steps"])) for task in _file("homework.toml")["tasks"]
)
