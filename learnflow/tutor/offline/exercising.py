"""Exercises: one that fits topic, level and language, hints one by one, and never the solution."""

import json
from typing import Final
from zlib import crc32

from pydantic import JsonValue

from learnflow.domain.reading import Reading, read
from learnflow.models.draft import Draft
from learnflow.models.events.work import AgentRequest
from learnflow.models.exercise import Exercise
from learnflow.models.taxonomy import GENERAL, title
from learnflow.models.vocabulary import SKILL_LEVELS, LearningStyle, Specialist
from learnflow.tutor.offline.knowing import depth
from learnflow.tutor.offline.library import EXERCISES, Prepared
from learnflow.tutor.offline.wording import draft, topic_asked

_HINT_WORDS: Final = frozenset({"hint", "hints", "stuck"})
_MISSING: Final = "a prepared exercise; I cannot check your solution by running it."
_HINT: Final = "Hint "
_WAYS: Final = {
    LearningStyle.VISUAL: "A way to begin: draw the values of the first example, and what becomes of them.",
    LearningStyle.AUDITORY: "A way to begin: explain your plan aloud before you write it down.",
    LearningStyle.KINESTHETIC: "A way to begin: type the smallest thing that runs, and change it until it is right.",
    LearningStyle.STEP_BY_STEP: "A way to begin: write down the steps in words, then turn one after the other to code.",
    LearningStyle.EXAMPLE_DRIVEN: "A way to begin: work the examples by hand, then write down what you did.",
}


def exercise(request: AgentRequest) -> Draft:
    """Give an exercise that fits, or the next hint to the last one."""
    reading = read(request.query)
    last = _last_exercise(request)
    if last is not None and not _HINT_WORDS.isdisjoint(reading.words):
        return _hint(request, last)
    if last is not None and {"give", "up"} <= set(reading.words):
        return _no_solution(last)
    topic = topic_asked(request, reading)
    return _answer(request, _pick(request, reading, topic), topic)


def _pick(request: AgentRequest, reading: Reading, topic: str) -> Prepared:
    """Prefer topic, language, what was not set before, and what is as hard as the student's knowledge of the topic.

    What is left to choose from is settled by who the student is.
    """
    done = " ".join(turn.answer for turn in request.turns if turn.agent is Specialist.EXERCISE)
    language = reading.language or "python"
    wanted = SKILL_LEVELS.index(depth(request, topic))

    def fit(one: Prepared) -> tuple[bool, bool, bool, int, int]:
        return (
            one.exercise.topic == topic,
            one.exercise.language == language,
            one.title not in done,
            -abs(SKILL_LEVELS.index(one.exercise.difficulty) - wanted),
            crc32(f"{request.query.student_id}/{one.title}".encode()),
        )

    return max(EXERCISES, key=fit)


def _answer(request: AgentRequest, chosen: Prepared, asked: str) -> Draft:
    task = chosen.exercise
    other = (
        f"I have no exercise on {title(asked).lower()} offline, so here is one on {title(task.topic).lower()}."
        if asked not in (task.topic, GENERAL)
        else None
    )
    tests = "\n".join(f"- {_shown(case.input)} gives {_shown(case.output)}" for case in task.test_cases[:2])
    return draft(
        other, f"Exercise: {chosen.title} ({title(task.topic).lower()}, {task.difficulty}, {task.language})",
        task.problem_text, f"For example:\n{tests}", _WAYS[request.profile.learning_style],
        f'{_HINT}1 of {len(task.hints)} is waiting: say "hint" when you are stuck. Send me your code for a review.',
        topic=task.topic, confidence=0.8 if other is None else 0.5, missing=_MISSING,
        code=(task.starter_code.strip("\n"),) if task.starter_code else (), metadata=_metadata(task, 0),
    )  # fmt: skip


def _shown(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False)


def _hint(request: AgentRequest, last: Prepared) -> Draft:
    task = last.exercise
    given = sum(turn.answer.startswith(_HINT) and last.title in turn.answer for turn in request.turns)
    number = min(given + 1, len(task.hints))
    more = "That was the last one." if number == len(task.hints) else 'Say "hint" again for the next one.'
    return draft(
        f'{_HINT}{number} of {len(task.hints)} for the exercise "{last.title}":', task.hints[number - 1], more,
        topic=task.topic, confidence=0.85, missing=_MISSING, metadata=_metadata(task, number),
    )  # fmt: skip


def _no_solution(last: Prepared) -> Draft:
    task = last.exercise
    hints = "\n".join(f"{number}. {text}" for number, text in enumerate(task.hints, start=1))
    return draft(
        f'No shame in that. Before you leave "{last.title}", here are all of its hints:', hints,
        "Write down as far as you get and send it to me for a review: half a solution is a good start.",
        topic=task.topic, confidence=0.7, missing="I do not hand out solutions yet.",
        metadata=_metadata(task, len(task.hints)),
    )  # fmt: skip


def _last_exercise(request: AgentRequest) -> Prepared | None:
    for turn in reversed(request.turns):
        if turn.agent is Specialist.EXERCISE:
            return next((one for one in EXERCISES if one.title in turn.answer), None)
    return None


def _metadata(task: Exercise, hints_given: int) -> dict[str, JsonValue]:
    return {
        "exercise_id": str(task.exercise_id),
        "difficulty": task.difficulty,
        "language": task.language,
        "hints": list(task.hints[:hints_given]),
        "hints_available": len(task.hints),
        "test_cases": [case.model_dump(mode="json") for case in task.test_cases],
        "suggested_topic": task.topic,
    }
