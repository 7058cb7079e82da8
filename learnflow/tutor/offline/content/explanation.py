"""The prepared explanations: what each must have, and the reading of them from their files."""

import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import ConfigDict, Field, StringConstraints, ValidationError

from learnflow.models.fields import Model, explain
from learnflow.models.taxonomy import TOPICS
from learnflow.models.vocabulary import Language, SkillLevel

# an explanation must fit into an answer with a second part, the example's output, and how the answer ends
Telling = Annotated[str, StringConstraints(min_length=40, max_length=600, strip_whitespace=True)]
Sentence = Annotated[str, StringConstraints(min_length=10, max_length=300, strip_whitespace=True)]
LONGEST_ANSWER: Final = 480  # characters
Answer = Annotated[str, StringConstraints(min_length=10, max_length=LONGEST_ANSWER, strip_whitespace=True)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=1_000)]
Output = Annotated[str, StringConstraints(min_length=1, max_length=400)]


class ContentInvalid(Exception):  # noqa: N818 - what is wrong, not an error of the program
    """An explanation is wrong or incomplete; names its file and the fields."""


class _Content(Model):
    """A part of an explanation. What nobody reads has no place in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Part(_Content):
    """One way to tell a topic, with an example of its own and exactly what that prints."""

    text: Telling
    code: Code
    output: Output

    @property
    def example(self) -> str:
        """The code without the empty lines around it."""
        return self.code.strip("\n")

    @property
    def printed(self) -> str:
        """What the code prints, without the empty lines around it."""
        return self.output.strip("\n")


class Misconception(_Content):
    """What students often believe, and what is true instead."""

    belief: Sentence
    truth: Sentence


class Point(_Content):
    """A part of the topic that is often asked about: what it is called, in lower case, and the answer.

    `a and b` is asked where both sides are set against each other, `a + b` where all parts are said anywhere. With a
    `language` it is for questions in that language only.
    """

    about: tuple[Annotated[str, StringConstraints(min_length=2, to_lower=True)], ...] = Field(min_length=1)
    says: Answer
    language: Language | None = None
    code: Code | None = None

    @property
    def example(self) -> str | None:
        """The code without the empty lines around it, where the point has its own."""
        return self.code.strip("\n") if self.code else None


class Explanation(_Content):
    """One topic explained: at each level, in another picture, and a third time in another way.

    The examples are in Python; `languages` has a first example in others, `points` what is asked about its parts.
    """

    beginner: Part
    intermediate: Part
    advanced: Part
    picture: Part
    further: Telling
    good_for: Sentence
    watch_out: Sentence
    misconceptions: tuple[Misconception, ...] = Field(min_length=2)
    try_it: tuple[Sentence, ...] = Field(min_length=2)
    points: tuple[Point, ...] = ()
    languages: dict[Language, Part] = Field(default_factory=dict)

    def at(self, level: SkillLevel) -> Part:
        """Return the telling for a level."""
        return {
            SkillLevel.BEGINNER: self.beginner,
            SkillLevel.INTERMEDIATE: self.intermediate,
            SkillLevel.ADVANCED: self.advanced,
        }[level]


def read_explanations(folder: Traversable) -> Mapping[str, Explanation]:
    """Return the explanations in a folder, one TOPIC.toml each, by their topics. Raises ContentInvalid."""
    return MappingProxyType(dict(_read(folder)))


def _read(folder: Traversable) -> Iterator[tuple[str, Explanation]]:
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if not file.name.endswith(".toml"):
            continue
        topic = file.name.removesuffix(".toml")
        if topic not in TOPICS:
            msg = f"{file.name}: is not named after a topic of the taxonomy"
            raise ContentInvalid(msg)
        try:
            yield topic, Explanation.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
        except tomllib.TOMLDecodeError as error:
            msg = f"{file.name}: is no TOML: {error}"
            raise ContentInvalid(msg) from None
        except ValidationError as error:
            msg = f"{file.name}: {explain(error)}"
            raise ContentInvalid(msg) from None
