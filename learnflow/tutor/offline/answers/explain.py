"""Explanations: the prepared one of a topic or an error, told for this student."""

from typing import Final

from learnflow.code_analysis.legacy import seen
from learnflow.domain.next_topics import next_topics
from learnflow.domain.phrasing import one_line, together
from learnflow.domain.question.intent import OFF_TOPIC
from learnflow.domain.question.parsed_question import ParsedQuestion, parse_question
from learnflow.models.draft import Draft
from learnflow.models.events.work import AgentRequest
from learnflow.models.taxonomy import GENERAL, TOPICS, name, prerequisites, title
from learnflow.models.vocabulary import Intent, SkillLevel
from learnflow.tutor.answer_text import draft
from learnflow.tutor.exercises.bank import BANK
from learnflow.tutor.offline.answers.explanation_text import tell
from learnflow.tutor.offline.answers.short_explanation import card
from learnflow.tutor.offline.answers.topic_question import Asked, ask
from learnflow.tutor.offline.content.error_notes import ERROR_NOTES
from learnflow.tutor.offline.content.library import EXPLANATIONS
from learnflow.tutor.offline.conversation import Telling, goes_on, resolved, subject, talked_of, topic_asked, was_told
from learnflow.tutor.offline.retrieval import point_asked
from learnflow.tutor.offline.retrieval.comparison import one_sided
from learnflow.tutor.offline.retrieval.coverage import beyond, not_reached
from learnflow.tutor.student_level import depth

_THANKS: Final = frozenset({"thanks", "thank", "thx", "ty", "cheers"})
_SURE: Final = 1.0  # the weight from which a word asks for an exercise
_TWO: Final = 2  # of so many topics there is room to say when to take which
_PREPARED: Final = "a prepared explanation; I cannot answer the finer points of your question."


def explain(request: AgentRequest, question: ParsedQuestion) -> Draft:
    """Explain what was asked, or say honestly that it cannot be done offline."""
    if request.query.question_key == OFF_TOPIC:
        return _off_topic(request, question)
    whole = resolved(request, question)
    if whole is not request:
        reworded = whole.query.query_text != request.query.query_text
        request, question = whole, parse_question(whole.query) if reworded else question
    named = topic_asked(request, question)
    topic = subject(request, question, named)
    pointed = point_asked(question, topic)
    plain = pointed is not None and pointed.plain
    if pointed and plain and not was_told(request, pointed.point.says):
        return _explain_topic(ask(request, question, pointed.topic, pointed))
    if request.low_confidence and topic == named and not plain:
        return _ask_back(request, topic)
    return _explain(request, question, topic)


def _explain(request: AgentRequest, question: ParsedQuestion, topic: str) -> Draft:
    """Explain an error, two topics beside each other, or one."""
    if question.error and question.error.key in ERROR_NOTES and not _had_error(request, question.error.key):
        return _explain_error(request, question, question.error.key)
    compared = sorted({hit.meaning.topic for hit in question.mentions} & set(EXPLANATIONS))
    if len(compared) > 1 and any(hit.meaning.kind == "difference" for hit in question.signals):
        return _compare(request, compared, topic)
    if topic in EXPLANATIONS:
        return _explain_topic(ask(request, question, topic))
    return _unknown(request, topic)


def explain_concept(request: AgentRequest, question: ParsedQuestion, concept: str) -> Draft:
    """Explain one topic in short, as part of another agent's answer: at the student's level, and not as before."""
    if concept not in EXPLANATIONS:
        return _unknown(request, concept)
    asked = Asked(request, question, concept, EXPLANATIONS[concept], depth(request, concept))
    told = card(asked)
    return draft(
        *told.parts, topic=concept, confidence=0.85,
        missing=f"the part on {name(concept)} is prepared, the same for all {_whom(asked)}.", code=told.code,
        metadata={"level": asked.level, "telling": told.how, "suggested_topic": concept},
    )  # fmt: skip


def _explain_topic(asked: Asked) -> Draft:
    told = tell(asked)
    reached = "\n".join((*filter(None, told.parts), *told.code))
    return draft(
        _gap(asked, reached), _why(asked.question), *told.parts, _second_wish(asked), topic=asked.topic,
        confidence=0.8 if told.how == Telling.LEVEL else 0.65, missing=_prepared(asked), code=told.code,
        metadata={"level": asked.level, "telling": told.how, "suggested_topic": asked.topic},
    )  # fmt: skip


def _gap(asked: Asked, reached: str) -> str | None:
    """Say what of the question the answer leaves open."""
    if asked.point:
        return one_sided(asked.question, f"{reached}\n{'; '.join(asked.point.about)}")
    return None if goes_on(asked.question) else not_reached(asked.question, asked.topic, reached)


def _why(question: ParsedQuestion) -> str | None:
    """Say why code at hand does what it does, where that is asked and it shows a cause."""
    if not question.code or "why" not in question.words:
        return None
    found = next(iter(seen(question.code, question.language)), None)
    return f"Why it is so in your code, line {found.line}: {found.says} {found.fix}" if found else None


def _prepared(asked: Asked) -> str:
    """Say what could not be done: the explanation is one for all of a level, and the code was not run."""
    code = " I looked for the topic in your code, and did not run it." if asked.question.code else ""
    more = "" if asked.point else beyond(asked.question)
    return f"{_PREPARED} It is the one for {_whom(asked)}.{more}{code}"


def _whom(asked: Asked) -> str:
    return "beginners" if asked.level is SkillLevel.BEGINNER else f"{asked.level} students"


def _second_wish(asked: Asked) -> str | None:
    """Say how to get the exercise that was asked for as well."""
    if not asked.question.has(Intent.EXERCISE, at_least=_SURE) or asked.topic not in BANK.topics:
        return None
    return f'For the exercise say: "give me an exercise on {name(asked.topic)}".'


def _had_error(request: AgentRequest, key: str) -> bool:
    """Say whether an error was explained in the last turns: then the topic behind it is the other explanation."""
    return was_told(request, ERROR_NOTES[key].meaning)


def _explain_error(request: AgentRequest, question: ParsedQuestion, key: str) -> Draft:
    note, error = ERROR_NOTES[key], question.error
    called, topic = (error.name, error.topic) if error else (key, GENERAL)
    return draft(
        f"{called}: {note.meaning}", f"Why it happens: {note.cause}", f"What to do: {note.fix}",
        f"This raises it, and the example is the same code mended:\n```\n{note.broken}\n```",
        f"Behind it is the topic {name(topic)}. {EXPLANATIONS[topic].at(depth(request, topic)).text}"
        if topic in EXPLANATIONS
        else None,
        topic=topic, confidence=0.85, missing=_PREPARED, code=(note.mended,),
        metadata={"error_type": called, "suggested_topic": topic},
    )  # fmt: skip


def _compare(request: AgentRequest, topics: list[str], asked: str) -> Draft:
    shown = [(topic, EXPLANATIONS[topic], depth(request, topic)) for topic in topics[:3]]
    again = all(was_told(request, found.at(level).text) for _, found, level in shown)
    parts = [(topic, found, found.picture if again else found.at(level)) for topic, found, level in shown]
    first, more = parts[0][0], len(parts) == _TWO
    return draft(
        "You compared these before, so here is another way to see each." if again else "Here they are side by side.",
        *(
            f"{title(topic)}: {part.text}" + (f" {found.watch_out if again else found.good_for}" if more else "")
            for topic, found, part in parts
        ),
        topic=asked if asked in topics[:3] else first, confidence=0.7, code=tuple(part.example for *_, part in parts),
        missing="I put prepared explanations beside each other; weighing them for your case is beyond me.",
        metadata={"suggested_topic": first},
    )  # fmt: skip


def _unknown(request: AgentRequest, topic: str) -> Draft:
    about = title(topic).lower() if topic in TOPICS else f'"{one_line(request.query.query_text)}"'
    known = together([name(key) for key in EXPLANATIONS], most=12)
    near = [title(key) for key in prerequisites(topic) if key in EXPLANATIONS]
    return draft(
        f"I cannot explain {about} offline: nothing is prepared on that, and I would rather say so than guess.",
        f"What I can explain and what leads up to it: {', '.join(near)}." if near else None,
        f"I can explain {len(EXPLANATIONS)} topics of programming: {known}.",
        topic=topic, confidence=0.2, missing="with Claude switched on, LearnFlow could answer this.",
        metadata={"answered": False},
    )  # fmt: skip


def _ask_back(request: AgentRequest, topic: str) -> Draft:
    said = one_line(request.query.query_text)
    last = next(map(name, talked_of(request)), None)
    open_question = "Shall I explain a topic? Then name it: loops, say."
    first = f"Shall I explain {name(topic)}, with an example?" if topic in TOPICS else open_question
    third = f"\n3. Or is it still about {last}? Then tell me what of it is unclear." if last else ""
    return draft(
        f'I am not sure what you need when you write "{said}".',
        f"1. {first}\n2. Or does a piece of code not do what you want? Then send me the code and the full error "
        f"message.{third}",
        topic=topic, confidence=0.3, missing="I understand only questions that say plainly what they are about.",
        metadata={"asks_back": True},
    )  # fmt: skip


def _off_topic(request: AgentRequest, question: ParsedQuestion) -> Draft:
    """Be kind to who greets or thanks, and plain about what is not about programming."""
    who = f", {request.profile.name}" if request.profile.name else ""
    standing = request.standing
    following = next_topics(standing.python_mastery_levels, standing.struggle_topics, standing.weaknesses, most=1)
    about = name(following[0].topic) if following and standing.total_queries else "recursion"
    opening = f"Hello{who}!" if question.small_talk else "Sorry, that is not my subject."
    if not _THANKS.isdisjoint(question.words):
        opening = f"You are welcome{who}!"
    return draft(
        f"{opening} I am here for everything about programming: I explain topics, look for errors, review code, set "
        "exercises, and tell you how you are doing.",
        f'What would you like to do? "Explain {about}" or "give me an exercise" would be a start.',
        topic=GENERAL, confidence=0.9, missing="small talk is not my strength.", metadata={"off_topic": True},
    )  # fmt: skip
