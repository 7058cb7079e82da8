"""Explanations in three steps: understand the question, select what is prepared for it, render it for the student."""

from typing import Final

from pydantic import JsonValue

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
from learnflow.tutor.asked_names import documentation, documented_names, places_of_names, unknown_names
from learnflow.tutor.exercises.bank import BANK
from learnflow.tutor.offline import conversation
from learnflow.tutor.offline.answers.explanation_choice import ExplanationChoice, Variant, select
from learnflow.tutor.offline.answers.explanation_text import in_short, render
from learnflow.tutor.offline.answers.point_text import missing_side
from learnflow.tutor.offline.answers.static_diagnosis import bugs
from learnflow.tutor.offline.content.error_notes import ERROR_NOTES
from learnflow.tutor.offline.content.library import EXPLANATIONS
from learnflow.tutor.offline.retrieval.points import PointMatch, find_point
from learnflow.tutor.student_level import depth

_THANKS: Final = frozenset({"thanks", "thank", "thx", "ty", "cheers"})
_SURE: Final = 1.0  # the weight from which a word asks for an exercise
_TWO: Final = 2  # of so many topics there is room to say when to take which
_PREPARED: Final = "a prepared explanation; I cannot answer the finer points of your question."


def explain(request: AgentRequest, question: ParsedQuestion) -> Draft:
    """Explain what was asked, or say honestly that it cannot be done offline."""
    if request.query.question_key == OFF_TOPIC:
        return off_topic(request, question)
    request, question = _understood(request, question)
    topic = conversation.topic_in_conversation(request, question, conversation.topic_of_request(request, question))
    if conversation.asks_for_topic(question, topic) and not conversation.names_part(question):
        return _explain(request, question, topic, None)
    if (places := places_of_names(question)) and not conversation.answered_before(request, places):
        return _names(question, topic, places, missing="I read your code and did not run it.")
    match = find_point(question, topic)
    point = None if match and conversation.answered_before(request, match.point.says) else match
    if point and point.is_decisive:
        return _explain_topic(select(request, question, point.topic, point))
    return _explain_names(request, question, topic, point) or _explain(request, question, topic, match)


def _understood(request: AgentRequest, question: ParsedQuestion) -> tuple[AgentRequest, ParsedQuestion]:
    """Return a question with what it leaves to the last turns; only where that changes its words, it is parsed anew."""
    whole = conversation.resolved(request, question)
    if whole.query.query_text == request.query.query_text:
        return whole, question
    return whole, parse_question(whole.query)


def _explain_names(
    request: AgentRequest, question: ParsedQuestion, topic: str, point: PointMatch | None
) -> Draft | None:
    """Say what the documentation has on the names that are asked about, or that they are nowhere; None without any."""
    documented = documented_names(question)
    says = documentation(documented)
    if documented and not conversation.answered_before(request, says):
        names = {asked.name.lower() for asked in documented}
        ours = point and not names.isdisjoint(" ".join(point.point.about).split())
        first = f"To the point first: {point.point.says}" if point and ours else None
        missing = "these are the documentation's own words; what they mean for your case is beyond me."
        return _names(question, point.topic if point and ours else topic, first, says, missing=missing)
    unknown = unknown_names(question, also_words=request.low_confidence and topic == GENERAL)
    if documented or point or unknown is None:
        return None
    missing = "I have the documentation of Python, JavaScript and Java 6 only."
    return draft(unknown, topic=topic, confidence=0.3, missing=missing, metadata={"answered": False})


def _names(question: ParsedQuestion, topic: str, *says: str | None, missing: str) -> Draft:
    """Return what is said of names; the topic is told only where the question names it: most names have none."""
    topic = topic if any(hit.meaning.topic == topic for hit in question.mentions) else GENERAL
    more = f'For the topic as a whole say "explain {name(topic)}".' if topic in EXPLANATIONS else None
    metadata: dict[str, JsonValue] = {"suggested_topic": topic} if topic in TOPICS else {}
    return draft(*says, more, topic=topic, confidence=0.8, missing=missing, metadata=metadata)


def _explain(request: AgentRequest, question: ParsedQuestion, topic: str, match: PointMatch | None) -> Draft:
    """Explain an error, two topics beside each other, a part of one, or one as a whole where that is asked for."""
    if (
        request.low_confidence
        and not (match and match.is_decisive)
        and topic == conversation.topic_of_request(request, question)
    ):
        return ask_back(request, topic)
    error = question.error  # where it was explained before, the topic behind it is the other explanation
    if error and error.key in ERROR_NOTES and not conversation.answered_before(request, ERROR_NOTES[error.key].meaning):
        return _explain_error(request, error)
    compared = sorted({hit.meaning.topic for hit in question.mentions} & set(EXPLANATIONS))
    if len(compared) > 1 and conversation.asks_for(question, "difference"):
        return _compare(request, compared, topic)
    if topic in EXPLANATIONS and (match or error or conversation.asks_for_topic(question, topic)):
        return _explain_topic(select(request, question, topic, None if error else match))
    return unprepared(request, question, topic)


def explain_concept(request: AgentRequest, question: ParsedQuestion, concept: str) -> Draft:
    """Explain one topic in short, as part of another agent's answer: at the student's level, and not as before."""
    if concept not in EXPLANATIONS:
        return unprepared(request, question, concept)
    choice = ExplanationChoice(request, question, concept, EXPLANATIONS[concept], depth(request, concept))
    text = in_short(choice)
    return draft(
        *text.paragraphs, topic=concept, confidence=0.85,
        missing=f"the part on {name(concept)} is prepared, the same for all {_readers(choice)}.", code=text.examples,
        metadata={"level": choice.level, "telling": text.variant, "suggested_topic": concept},
    )  # fmt: skip


def _explain_topic(choice: ExplanationChoice) -> Draft:
    text = render(choice)
    gap = (
        missing_side(choice.question, f"{choice.point.says}\n{'; '.join(choice.point.about)}") if choice.point else None
    )
    code = " I looked for the topic in your code, and did not run it." if choice.question.code else ""
    return draft(
        gap, _why(choice.question), *text.paragraphs, _exercise_too(choice), topic=choice.topic,
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
