"""Explanations: the prepared one of a topic or an error, told for this student."""

from collections.abc import Iterator
from typing import Final

from learnflow.domain.levels import reached
from learnflow.domain.next_topics import weakest_prerequisite
from learnflow.domain.reading import Reading, read
from learnflow.domain.triage import OFF_TOPIC
from learnflow.models.draft import Draft
from learnflow.models.events.work import AgentRequest
from learnflow.models.metadata import ExplanationMetadata
from learnflow.models.taxonomy import GENERAL, TOPICS, name, prerequisites, title
from learnflow.models.vocabulary import Language, LearningStyle, SkillLevel, Specialist
from learnflow.tutor.offline.error_notes import ERROR_NOTES
from learnflow.tutor.offline.knowing import asked_before, depth, is_hard
from learnflow.tutor.offline.library import EXPLANATIONS, Explanation
from learnflow.tutor.offline.wording import draft, one_line, topic_asked

_PREPARED: Final = "a prepared explanation; I cannot answer the finer points of your question."
_NAMES: Final = {Language.CPP: "C++", Language.JAVASCRIPT: "JavaScript"}


def explain(request: AgentRequest) -> Draft:
    """Explain what was asked, or say honestly that it cannot be done offline."""
    if request.query.question_key == OFF_TOPIC:
        return _off_topic()
    reading = read(request.query)
    topic = topic_asked(request, reading)
    if request.low_confidence:
        return _ask_back(request, topic)
    if reading.error and reading.error.key in ERROR_NOTES:
        return _explain_error(reading, reading.error.key)
    compared = sorted({hit.meaning.topic for hit in reading.mentions} & set(EXPLANATIONS))
    if len(compared) > 1 and any(hit.meaning.kind == "difference" for hit in reading.signals):
        return _compare(compared, topic)
    if topic in EXPLANATIONS:
        return _explain_topic(request, reading, topic)
    return _unknown(request, topic)


def explain_concept(request: AgentRequest, concept: str) -> Draft:
    """Explain one topic in short, as part of another agent's answer."""
    found = EXPLANATIONS.get(concept)
    if found is None:
        return _unknown(request, concept)
    more = found.advanced if depth(request, concept) is SkillLevel.ADVANCED else f"Watch out: {found.watch_out}"
    return draft(
        f"{title(concept)}: {found.idea}", more,
        topic=concept, confidence=0.85, missing=_PREPARED, code=(found.example,), metadata={"suggested_topic": concept},
    )  # fmt: skip


def _explain_topic(request: AgentRequest, reading: Reading, topic: str) -> Draft:
    found = EXPLANATIONS[topic]
    deep, opening = depth(request, topic), _opening(request, topic)
    again = opening is not None
    order = _order(found, deep, request.profile.learning_style, again=again)
    return draft(
        opening, *order, _example(found), _other_language(reading), _first_know(topic, request),
        topic=topic, confidence=0.8 if not again else 0.65, missing=_PREPARED, code=(found.example,),
        metadata=ExplanationMetadata(level=deep, suggested_topic=topic).as_json(),
    )  # fmt: skip


def _opening(request: AgentRequest, topic: str) -> str | None:
    """Say why another way to see it comes first, where it does."""
    if is_hard(request, topic):
        return "This topic is hard for you at the moment, so let me begin with another way to see it."
    if asked_before(request, topic, Specialist.CONCEPTS):
        return "You asked about this before, so let me begin with another way to see it."
    return None


def _order(found: Explanation, skill: SkillLevel, style: LearningStyle, *, again: bool) -> Iterator[str]:
    visual = style is LearningStyle.VISUAL
    if again or visual:
        yield found.picture
    if style is LearningStyle.EXAMPLE_DRIVEN:
        yield "Have a look at the example first; then the words will make sense."
    yield found.idea
    if skill is SkillLevel.BEGINNER and not (again or visual):
        yield found.picture
    yield f"Watch out: {found.watch_out}"
    if skill is not SkillLevel.BEGINNER:
        yield f"One step further: {found.advanced}"
    if skill is not SkillLevel.ADVANCED or style is LearningStyle.KINESTHETIC:
        yield f"Try it yourself: {found.try_it}"
    if style is LearningStyle.AUDITORY:
        yield "Then say it aloud in words of your own, as if to a friend."


def _example(found: Explanation) -> str:
    return f"The example prints:\n{found.output}"


def _other_language(reading: Reading) -> str | None:
    if reading.language in (None, Language.PYTHON):
        return None
    name = _NAMES.get(reading.language, str(reading.language).capitalize())
    return f"My examples are in Python; the idea is the same in {name}, the spelling differs."


def _first_know(topic: str, request: AgentRequest) -> str | None:
    """Name what the topic builds on, unless the student met it already; where it is hard, the weakest of that."""
    levels = request.standing.python_mastery_levels
    weakest = weakest_prerequisite(topic, levels) if is_hard(request, topic) else None
    if weakest is not None:
        return f"It builds on {name(weakest)}, and there {reached(weakest, levels)}: strengthen that first."
    met = set(request.standing.topics_covered)
    needed = [title(key).lower() for key in prerequisites(topic) if key not in met and key in EXPLANATIONS]
    return f"It builds on {' and '.join(needed)}: ask me about that if it feels shaky." if needed else None


def _explain_error(reading: Reading, key: str) -> Draft:
    note, error = ERROR_NOTES[key], reading.error
    name, topic = (error.name, error.topic) if error else (key, GENERAL)
    return draft(
        f"{name}: {note.meaning}", f"Why it happens: {note.cause}", f"What to do: {note.fix}",
        f"This raises it, and the example is the same code mended:\n```\n{note.broken}\n```",
        f"Behind it is the topic {title(topic).lower()}.",
        topic=topic, confidence=0.85, missing=_PREPARED, code=(note.mended,),
        metadata={"error_type": name, "suggested_topic": topic},
    )  # fmt: skip


def _compare(topics: list[str], asked: str) -> Draft:
    shown = topics[:3]
    return draft(
        "Here they are side by side.", *(f"{title(topic)}: {EXPLANATIONS[topic].idea}" for topic in shown),
        topic=asked if asked in shown else shown[0], confidence=0.7, code=tuple(EXPLANATIONS[t].example for t in shown),
        missing="I put prepared explanations beside each other; weighing them for your case is beyond me.",
        metadata={"suggested_topic": shown[0]},
    )  # fmt: skip


def _unknown(request: AgentRequest, topic: str) -> Draft:
    about = title(topic).lower() if topic in TOPICS else f'"{one_line(request.query.query_text)}"'
    near = [title(key) for key in prerequisites(topic) if key in EXPLANATIONS]
    return draft(
        f"I cannot explain {about} offline: nothing is prepared on that, and I would rather say so than guess.",
        f"What I can explain and what leads up to it: {', '.join(near)}." if near else None,
        f"I have explanations of {', '.join(sorted(title(key).lower() for key in EXPLANATIONS))}.",
        topic=topic, confidence=0.2, missing="with Claude switched on, LearnFlow could answer this.",
        metadata={"answered": False},
    )  # fmt: skip


def _ask_back(request: AgentRequest, topic: str) -> Draft:
    about = title(topic).lower() if topic in TOPICS else None
    open_question = "Shall I explain a topic? Then name it: loops, say."
    first = f"Shall I explain {about}, with an example?" if about else open_question
    second = "Or does a piece of code not do what you want? Then send me the code and the full error message."
    said = one_line(request.query.query_text)
    return draft(
        f'I am not sure what you need when you write "{said}".', f"1. {first}\n2. {second}",
        topic=topic, confidence=0.3, missing="I understand only questions that say plainly what they are about.",
        metadata={"asks_back": True},
    )  # fmt: skip


def _off_topic() -> Draft:
    return draft(
        "Hello! I am here for everything about programming: I explain topics, look for errors, review code, set "
        "exercises, and tell you how you are doing.",
        'What would you like to do? "Explain recursion" or "give me an exercise on loops" would be a start.',
        topic=GENERAL, confidence=0.9, missing="small talk is not my strength.", metadata={"off_topic": True},
    )  # fmt: skip
