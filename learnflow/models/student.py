"""Student (data model 2.3), and the profile that travels with each request."""

import re
from hashlib import blake2b
from typing import Annotated, Final

from pydantic import AfterValidator

from learnflow.models.fields import Model, Short, StudentId, Timestamp
from learnflow.models.vocabulary import LearningStyle, SkillLevel

ENROLLED: Final = "@students.invalid"  # ends the e-mail of a student of whom only the id is known
_EMAIL: Final = re.compile(r"^.*@.*\..*$", re.DOTALL)  # the rule of the SQL: LIKE '%@%.%'


def _email(text: str) -> str:
    if not _EMAIL.match(text):
        raise ValueError("is not an e-mail address")
    return text


Email = Annotated[Short, AfterValidator(_email)]


class Student(Model):
    """A learner."""

    student_id: StudentId
    name: Short
    email: Email
    created_at: Timestamp
    learning_style: LearningStyle = LearningStyle.STEP_BY_STEP
    skill_level: SkillLevel = SkillLevel.BEGINNER
    active: bool = True


class Profile(Model):
    """What agents need to know of a student. `skill_level` is None while nobody has said it."""

    name: Short | None = None
    learning_style: LearningStyle = LearningStyle.STEP_BY_STEP
    skill_level: SkillLevel | None = None
    active: bool = True


def enrolment_email(student_id: str) -> str:
    """The e-mail of a student of whom only the id is known."""
    return f"{blake2b(student_id.encode(), digest_size=16).hexdigest()}{ENROLLED}"
