"""The tutor with a key: exercises are written by Claude for the student. All else is the offline tutor's so far."""

from collections.abc import Callable, Sequence
from datetime import datetime

from pydantic import JsonValue

from learnflow.models.envelope import derived_id
from learnflow.models.events.work import AgentRequest
from learnflow.sandbox import Sandbox
from learnflow.tutor.asking.asker import Ask, Asker, ClaudeMisspoke, T, Written
from learnflow.tutor.bank import BANK
from learnflow.tutor.exercises import Reply, choose, given
from learnflow.tutor.exercises.wanted import wanted
from learnflow.tutor.generation import Attempt, ClaudeAuthor, GenerationFailed, Order, generate
from learnflow.tutor.offline import OfflineTutor


class _Counting:
    """Asks for one question, and counts the tokens of all its calls."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self.tokens = 0

    async def ask(self, ask: Ask[T], deadline: float) -> Written[T]:
        try:
            written = await self._asker.ask(ask, deadline)
        except ClaudeMisspoke as error:
            self.tokens += error.tokens.input + error.tokens.output
            raise
        self.tokens += written.tokens.input + written.tokens.output
        return written

    async def close(self) -> None:
        await self._asker.close()


class ClaudeTutor(OfflineTutor):
    """Has exercises written and verified; where none holds, the bank has one."""

    def __init__(self, asker: Asker, model: str, sandbox: Sandbox, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._asker = asker
        self._model = model
        self._sandbox = sandbox
        self._now = now

    async def exercise(self, request: AgentRequest) -> Reply:
        """Give an exercise that was made for the student, without its solution; what was tried is in the metadata."""
        query = request.query
        exercise_id = derived_id(query.student_id, query.query_id, "exercise")
        asker = _Counting(self._asker)
        author = ClaudeAuthor(asker, self._model)
        try:
            made = await generate(
                _order(request),
                author,
                self._sandbox.of(query.student_id),
                exercise_id=exercise_id,
                now=self._now(),
            )
        except GenerationFailed as failure:
            return _from_the_bank(request, failure)
        return given(
            made.exercise,
            request,
            model=made.model,
            tokens=asker.tokens,
            metadata={"generation": {"by": made.model, "prompt": made.prompt, "tried": _as_json(made.tried)}},
        )

    async def close(self) -> None:
        """Close the connections to Claude."""
        await self._asker.close()


def _order(request: AgentRequest) -> Order:
    wish = wanted(request, BANK.topics)
    return Order(
        topic=wish.topic,
        difficulty=wish.difficulty,
        language=wish.language,
        style=request.profile.learning_style,
        mastery=request.standing.python_mastery_levels.get(wish.topic),
        seen=tuple(one.exercise.name for one in request.exercises),
    )


def _from_the_bank(request: AgentRequest, failure: GenerationFailed) -> Reply:
    choice = choose(request)
    made: dict[str, JsonValue] = {"by": "bank", "reason": str(failure), "tried": _as_json(failure.tried)}
    return given(choice.exercise, request, note=choice.note, metadata={"generation": made})


def _as_json(tried: Sequence[Attempt]) -> list[JsonValue]:
    return [{"number": one.number, "problem": one.problem} for one in tried]
