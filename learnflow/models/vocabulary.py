"""The closed sets of the data model, each spelled as it is stored."""

from enum import StrEnum
from typing import Final


class Agent(StrEnum):
    """Who sends and receives messages; the six of the data model and core's components."""

    TRIAGE = "triage"
    CONCEPTS = "concepts"
    CODE_REVIEW = "code-review"
    DEBUG = "debug"
    EXERCISE = "exercise"
    PROGRESS = "progress"
    ROUTER = "router"
    STRUGGLE = "struggle"
    LEARNER = "learner"
    SINK = "sink"


class Specialist(StrEnum):
    """The agents that answer students."""

    CONCEPTS = "concepts"
    CODE_REVIEW = "code-review"
    DEBUG = "debug"
    EXERCISE = "exercise"
    PROGRESS = "progress"


class Intent(StrEnum):
    """What a student wants."""

    CONCEPTS = "concepts"
    CODE_REVIEW = "code_review"
    DEBUG = "debug"
    EXERCISE = "exercise"
    PROGRESS = "progress"

    @property
    def specialist(self) -> Specialist:
        """The agent that serves this intent."""
        return Specialist(self.value.replace("_", "-"))


class ProofVerdict(StrEnum):
    """What running a changed program next to the student's has shown."""

    PROVEN = "proven"
    DISPROVED = "disproved"
    NOT_PROVABLE = "not-provable"


class Stage(StrEnum):
    """What is being done for an answer that is under way."""

    SORTING = "sorting"
    RUNNING_CODE = "running-code"
    SEARCHING_FIX = "searching-fix"
    ASKING = "asking"
    WRITING = "writing"
    CHECKING = "checking"

    @property
    def words(self) -> str:
        """What a student reads of it."""
        return _STAGES[self]


_STAGES: Final = {
    Stage.SORTING: "Finding out what your question is about …",
    Stage.RUNNING_CODE: "Running your code …",
    Stage.SEARCHING_FIX: "Looking for a small change that helps …",
    Stage.ASKING: "Thinking …",
    Stage.WRITING: "Writing …",
    Stage.CHECKING: "Checking the answer …",
}


class QueryStatus(StrEnum):
    """How far a query has come; it only moves forward."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"

    @property
    def final(self) -> bool:
        """Whether the query has its outcome."""
        return self in (QueryStatus.COMPLETED, QueryStatus.FAILED)


class ResponseType(StrEnum):
    """What kind of answer a response is."""

    EXPLANATION = "explanation"
    CODE_REVIEW = "code_review"
    DEBUG_SOLUTION = "debug_solution"
    EXERCISE = "exercise"
    PROGRESS_REPORT = "progress_report"


class Language(StrEnum):
    """Programming languages of the code in a query."""

    PYTHON = "python"
    JAVASCRIPT = "javascript"
    JAVA = "java"
    CPP = "cpp"
    GO = "go"
    RUST = "rust"

    @property
    def label(self) -> str:
        """Its name as people write it."""
        return {Language.CPP: "C++", Language.JAVASCRIPT: "JavaScript"}.get(self, self.capitalize())


class ExerciseLanguage(StrEnum):
    """Programming languages that exercises exist in."""

    PYTHON = "python"
    JAVASCRIPT = "javascript"
    JAVA = "java"


class Closing(StrEnum):
    """How a student's exercise came to its end."""

    SOLVED = "solved"
    GIVEN_UP = "given-up"


class LearningStyle(StrEnum):
    """How a student prefers to learn."""

    VISUAL = "visual"
    AUDITORY = "auditory"
    KINESTHETIC = "kinesthetic"
    STEP_BY_STEP = "step-by-step"
    EXAMPLE_DRIVEN = "example-driven"


class Rating(StrEnum):
    """What a student thinks of an answer."""

    UP = "up"
    DOWN = "down"


class SkillLevel(StrEnum):
    """How far a student is; also how hard an exercise or a topic is."""

    BEGINNER = "beginner"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"


SKILL_LEVELS: Final = tuple(SkillLevel)  # the easiest first


class MessageType(StrEnum):
    """What a message between agents is for."""

    ROUTING_DECISION = "routing_decision"
    REQUEST = "request"
    RESPONSE = "response"
    COLLABORATION = "collaboration"


class HealthStatus(StrEnum):
    """The state of an agent."""

    ACTIVE = "active"
    IDLE = "idle"
    ERROR = "error"
    STARTING = "starting"
    STOPPING = "stopping"


class StruggleLevel(StrEnum):
    """How much a student struggles with a topic."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
