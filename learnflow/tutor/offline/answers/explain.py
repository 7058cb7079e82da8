"""Explanations in three steps: understand the question, select what is prepared for it, render it for the student."""

import re
from typing import Final

from learnflow.code_analysis.occurrences import places
from learnflow.domain.next_topics import next_topics
from learnflow.domain.phrasing import one_line
from learnflow.domain.question.errors import ErrorSign
from learnflow.domain.question.intent import OFF_TOPIC
from learnflow.domain.question.parsed_question import ParsedQuestion, parse_question
from learnflow.models.draft import Draft
from learnflow.models.events.routing import AgentRequest
from learnflow.models.taxonomy import GENERAL, TOPICS, name, prerequisites, title
from learnflow.models.vocabulary import Intent
from learnflow.tutor.answer_text import draft
from learnflow.tutor.exercises.bank import BANK
from learnflow.tutor.offline import conversation
from learnflow.tutor.offline.answers.explanation_text import ExplanationChoice, Variant, render, select
from learnflow.tutor.offline.answers.points_and_names import explain_names, explain_own_names, explain_point
from learnflow.tutor.offline.answers.static_diagnosis import bugs
from learnflow.tutor.offline.content.error_notes import ERROR_NOTES
from learnflow.tutor.offline.content.library import EXPLANATIONS
from learnflow.tutor.offline.points import PointMatch, find_point
from learnflow.tutor.student_level import depth

_THANKS: Final = frozenset({"thanks", "thank", "thx", "ty", "cheers"})
_FIRST_SENTENCE: Final = re.compile(r"(?<=[.!?]) +(?=[A-Z`])")
_SURE: Final = 1.0  # the weight from which a word asks for an exercise
_TWO: Final = 2  # of so many topics there is room to say when to take which
_PREPARED: Final = "a prepared explanation; I cannot answer the finer points of your question."


def explain(request: AgentRequest, question: ParsedQuestion) -> Draft:
    """Explain what was asked, or say honestly that it cannot be done offline."""
    if request.query.question_key == OFF_TOPIC:
        return off_topic(request, question)
    request, question = _understood(request, question)
    topic = conversation.topic_in_conversation(request, question, conversation.topic_of_request(request, question))
    if conversation.asks_for_topic(question, topic) and not conversation.names_part(question, topic):
        return _explain(request, question, topic, None)
    if (own := explain_own_names(request, question, topic)) is not None:
        return own
    match = find_point(question, topic)
    point = None if match and conversation.answered_before(request, match.point.says) else match
    if point and point.is_decisive:
        return explain_point(request, question, point, _why(question))
    return explain_names(request, question, topic, point) or _explain(request, question, topic, match)


def _understood(request: AgentRequest, question: ParsedQuestion) -> tuple[AgentRequest, ParsedQuestion]:
    """Return a question with what it leaves to the last turns; only where that changes its words, it is parsed anew."""
    whole = conversation.resolved(request, question)
    if whole.query.query_text == request.query.query_text:
        return whole, question
    return whole, parse_question(whole.query)


def _explain(request: AgentRequest, question: ParsedQuestion, topic: str, match: PointMatch | None) -> Draft:
    """Explain an error, two topics beside each other, a part of one, or one as a whole where that is asked for."""
    unsure = request.low_confidence and topic == conversation.topic_of_request(request, question)
    if unsure and not (match and match.is_decisive):
        return ask_back(request, topic)
    error = question.error  # where it was explained before, the topic behind it is the other explanation
    if error and error.key in ERROR_NOTES and not conversation.answered_before(request, ERROR_NOTES[error.key].meaning):
        return _explain_error(request, error)
    compared = sorted({hit.meaning.topic for hit in question.mentions} & set(EXPLANATIONS))
    if len(compared) > 1 and conversation.asks_for(question, "difference"):
        return _compare(request, compared, topic)
    if match and not error and not conversation.answered_before(request, match.point.says):
        return explain_point(request, question, match, _why(question))
    if topic in EXPLANATIONS and (match or error or conversation.asks_for_topic(question, topic)):
        return _explain_topic(select(request, question, topic))
    return unprepared(request, question, topic)


def explain_concept(request: AgentRequest, question: ParsedQuestion, concept: str) -> Draft:
    """Explain one topic in short, as part of another agent's answer: at the student's level, and not as before."""
    if concept not in EXPLANATIONS:
        return unprepared(request, question, concept)
    choice = ExplanationChoice(request, question, concept, EXPLANATIONS[concept], depth(request, concept))
    paragraphs, examples = _in_short(choice)
    return draft(
        *paragraphs, topic=concept, confidence=0.85,
        missing=f"the part on {name(concept)} is prepared, the same for all {_readers(choice)}.", code=examples,
        metadata={"level": choice.level, "telling": choice.variant, "suggested_topic": concept},
    )  # fmt: skip


def _in_short(choice: ExplanationChoice) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return a topic in a few words, and an example; for beginners one sentence, and how to get the rest."""
    part, explanation, about = choice.translation, choice.explanation, title(choice.topic)
    python = choice.question.may_be_python
    whole = (choice.text(choice.variant) if python else part.text if part else None) or ""  # nothing sure to hold
    more = f'Say "Explain {name(choice.topic)}" for {"more" if whole else "the idea behind it"}.'
    if choice.is_beginners:
        return (f"{about}: {_FIRST_SENTENCE.split(whole)[0]} {more}" if whole else more,), ()
    if not python:
        return (f"{about}: {whole} {more}" if whole else more,), (part.code,) if part else ()
    shown = explanation.picture if choice.variant is Variant.PICTURE else explanation.at(choice.level)
    return (f"{about}: {whole}", explanation.warning(choice.level)), (shown.code,)


def _explain_topic(choice: ExplanationChoice) -> Draft:
    text = render(choice)
    code = " I looked for the topic in your code, and did not run it." if choice.question.code else ""
    return draft(
        _why(choice.question), *text.paragraphs, _exercise_too(choice), topic=choice.topic,
        confidence=0.8 if text.variant == Variant.LEVEL else 0.65,
        missing=f"{_PREPARED} It is the one for {_readers(choice)}.{code}", code=text.examples,
        metadata={"level": choice.level, "telling": text.variant, "suggested_topic": choice.topic},
    )  # fmt: skip


def _why(question: ParsedQuestion) -> str | None:
    """Say why code at hand does what it does, where that is asked and it shows a cause."""
    if not question.code or "why" not in question.words:
        return None
    cause = next(iter(bugs(question.code, question.language)), None)
    return f"Why it is so in your code, line {cause.line}: {cause.message} {cause.fix}" if cause else None


def _readers(choice: ExplanationChoice) -> str:
    return "beginners" if choice.is_beginners else f"{choice.level} students"


def _exercise_too(choice: ExplanationChoice) -> str | None:
    """Say how to get the exercise that was asked for as well."""
    if not choice.question.has(Intent.EXERCISE, at_least=_SURE) or choice.topic not in BANK.topics:
        return None
    return f'For the exercise say: "give me an exercise on {name(choice.topic)}".'


def _explain_error(request: AgentRequest, error: ErrorSign) -> Draft:
    note, topic = ERROR_NOTES[error.key], error.topic
    return draft(
        f"{error.name}: {note.meaning}", f"Why it happens: {note.cause}", f"What to do: {note.fix}",
        f"This raises it, and the example is the same code mended:\n```\n{note.broken}\n```",
        f"Behind it is the topic {name(topic)}. {EXPLANATIONS[topic].at(depth(request, topic)).text}"
        if topic in EXPLANATIONS
        else None,
        topic=topic, confidence=0.85, missing=_PREPARED, code=(note.mended,),
        metadata={"error_type": error.name, "suggested_topic": topic},
    )  # fmt: skip


def _compare(request: AgentRequest, topics: list[str], named: str) -> Draft:
    shown = [(topic, EXPLANATIONS[topic], depth(request, topic)) for topic in topics[:3]]
    again = all(conversation.answered_before(request, explanation.at(level).text) for _, explanation, level in shown)
    parts = [
        (topic, explanation, explanation.picture if again else explanation.at(level))
        for topic, explanation, level in shown
    ]
    first, more = parts[0][0], len(parts) == _TWO
    return draft(
        "You compared these before, so here is another way to see each." if again else "Here they are side by side.",
        *(
            f"{title(topic)}: {part.text}" + (f" {prepared.watch_out if again else prepared.good_for}" if more else "")
            for topic, prepared, part in parts
        ),
        topic=named if named in topics[:3] else first, confidence=0.7, code=tuple(part.code for *_, part in parts),
        missing="I put prepared explanations beside each other; weighing them for your case is beyond me.",
        metadata={"suggested_topic": first},
    )  # fmt: skip


def unprepared(request: AgentRequest, question: ParsedQuestion, topic: str) -> Draft:
    """Say that nothing is prepared on what is asked, and what would help: where it occurs, and what there is."""
    about = one_line(request.query.query_text)
    near = topic if topic in EXPLANATIONS else next((key for key in prerequisites(topic) if key in EXPLANATIONS), None)
    more = f'Say "explain {name(near)}" for that topic as a whole' if near else "I can explain topics: name one"
    cannot = f'I cannot explain "{about}" offline: nothing is prepared on that, and I would rather say so than guess.'
    return draft(
        _why(question) or cannot,
        places(topic, question.code, question.language) if question.code else None,
        f"{more}, ask about one name, such as what a function takes, or send me the code that it is about.",
        topic=topic, confidence=0.2, missing="with Claude switched on, LearnFlow could answer this.",
        metadata={"answered": False},
    )  # fmt: skip


def ask_back(request: AgentRequest, topic: str) -> Draft:
    """Ask what is meant, with what it could be."""
    text = one_line(request.query.query_text)
    last = next(map(name, conversation.topics_of_turns(request)), None)
    open_question = "Shall I explain a topic? Then name it: loops, say."
    first = f"Shall I explain {name(topic)}, with an example?" if topic in TOPICS else open_question
    third = f"\n3. Or is it still about {last}? Then tell me what of it is unclear." if last else ""
    return draft(
        f'I am not sure what you need when you write "{text}".',
        f"1. {first}\n2. Or does a piece of code not do what you want? Then send me the code and the full error "
        f"message.{third}",
        topic=topic, confidence=0.3, missing="I understand only questions that say plainly what they are about.",
        metadata={"asks_back": True},
    )  # fmt: skip


def off_topic(request: AgentRequest, question: ParsedQuestion) -> Draft:
    """Be kind to who greets or thanks, and plain about what is not about programming."""
    who = f", {request.profile.name}" if request.profile.name else ""
    summary = request.standing
    following = next_topics(summary.python_mastery_levels, summary.struggle_topics, summary.weaknesses, most=1)
    about = name(following[0].topic) if following and summary.total_queries else "recursion"
    opening = f"Hello{who}!" if question.small_talk else "Sorry, that is not my subject."
    if not _THANKS.isdisjoint(question.words):
        opening = f"You are welcome{who}!"
    return draft(
        f"{opening} I am here for everything about programming: I explain topics, look for errors, review code, set "
        "exercises, and tell you how you are doing.",
        f'What would you like to do? "Explain {about}" or "give me an exercise" would be a start.',
        topic=GENERAL, confidence=0.9, missing="small talk is not my strength.", metadata={"off_topic": True},
    )  # fmt: skip
