"""Code review: what tools find, in friendly words, sorted by what matters, as much as a learner can take."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from learnflow.code_analysis.habits import habits
from learnflow.code_analysis.linters import Finding, Linter, LinterUnavailableError
from learnflow.code_analysis.pitfalls import pitfalls
from learnflow.code_analysis.remarks import RANKS, RULES, Kind, Remark, by_importance, praised
from learnflow.code_analysis.syntax import check
from learnflow.domain.phrasing import one_line
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.domain.question.topic import code_topic
from learnflow.models.draft import Draft
from learnflow.models.events.work import AgentRequest
from learnflow.models.metadata import RemarkMetadata, ReviewMetadata
from learnflow.models.taxonomy import GENERAL
from learnflow.models.vocabulary import Intent, Language, LearningStyle, SkillLevel, Specialist
from learnflow.tutor.offline.answer_text import draft, topic_asked
from learnflow.tutor.offline.answers.review_focus import aims, asked_first, not_judged
from learnflow.tutor.student_level import advice, depth

MOST_REMARKS: Final = 6
_MOST: Final = {SkillLevel.BEGINNER: 3, SkillLevel.INTERMEDIATE: 5, SkillLevel.ADVANCED: MOST_REMARKS}
_WORDS: Final = {Kind.BUG: "a bug", Kind.RISK: "a risk", Kind.CLARITY: "clearer", Kind.STYLE: "style"}
_HOW: Final = {
    LearningStyle.VISUAL: "Mark these lines in your editor, and take the mark away as each is done.",
    LearningStyle.AUDITORY: "Take them one at a time, and say aloud what each line does before you change it.",
    LearningStyle.KINESTHETIC: "Take them one at a time: first make the line go wrong on purpose, then mend it.",
    LearningStyle.STEP_BY_STEP: "Take them one at a time, and run your code after each change.",
    LearningStyle.EXAMPLE_DRIVEN: "Take them one at a time, and try each on a small example of your own first.",
}
_STILL: Final = "still there since last time. Say in your own words what can go wrong with it; then mend it, or ask me."
_OFTEN_SAID: Final = 40  # characters of a remark by which it is known again
_LINTED: Final = 0.8
_READ: Final = 0.7
_LOOKED: Final = 0.4
_NOT_LINTED: Final = 0.2


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in a piece of code, how sure that is, and what was not looked at."""

    remarks: tuple[Remark, ...]
    confidence: float
    missing: str


async def review(request: AgentRequest, question: ParsedQuestion, linter: Linter) -> Draft:
    """Review the student's code, or ask for it."""
    if question.code is None:
        return _ask_for_code(request, question)
    topic = topic_asked(request, question)
    topic = code_topic(question.code) if topic == GENERAL else topic
    return _report(request, await look_over(question.code, question.language, linter), question, topic)


async def look_over(code: str, language: Language | None, linter: Linter) -> Found:
    """Return what tools find in code, whose language is taken for Python where it is unknown."""
    if language in (Language.PYTHON, None):
        return await _python(code, linter)
    return await asyncio.to_thread(_by_text, code, language)


async def _python(code: str, linter: Linter) -> Found:
    try:
        remarks = python_remarks(await linter.findings(code))
    except LinterUnavailableError:
        return Found((), _NOT_LINTED, "the linter could not be run this time, so I have not checked your code.")
    seen = await asyncio.to_thread(habits, code, Language.PYTHON)
    bugs = {one.line for one in remarks if one.kind is Kind.BUG}
    own = tuple(one for one in seen if one.kind is not Kind.BUG or one.line not in bugs)  # the linter has said it
    first = tuple(one for one in remarks if not one.rule)  # Python cannot read it
    both = by_importance((*own, *(one for one in remarks if one.rule)))
    return Found(
        (*first, *both)[:MOST_REMARKS], _LINTED, "a linter's view; whether the code does what you want, I did not try."
    )


def python_remarks(findings: Sequence[Finding]) -> tuple[Remark, ...]:
    """Return what matters most to a learner of ruff's findings, at most one of each rule."""
    ranked = sorted(findings, key=lambda one: (RANKS.get(one.rule, len(RANKS)), one.line))
    first = {one.rule: one for one in reversed(ranked)}
    chosen = [one for one in ranked if first[one.rule] is one][:MOST_REMARKS]
    return tuple(_remark(one) for one in chosen)


def _remark(finding: Finding) -> Remark:
    if not finding.rule:
        return Remark(finding.line, _unreadable("Python", finding.message))
    kind, text = RULES.get(finding.rule, (Kind.STYLE, f"{one_line(finding.message, 160)}."))
    return Remark(finding.line, text, finding.rule, kind)


def _unreadable(name: str, message: str) -> str:
    return f"{name} cannot read this: {one_line(message, 160)}. Mend it first; the rest comes after that."


def _by_text(code: str, language: Language) -> Found:
    name = language.label
    missing = f"I have no linter for {name} at hand, so I only looked for syntax errors and a few well-known pitfalls."
    own = habits(code, language)
    bugs = {one.line for one in own if one.kind is Kind.BUG}
    rest = (one for one in pitfalls(code, language) if one.kind is not Kind.BUG or one.line not in bugs)  # said once
    found, fault = by_importance((*own, *rest)), check(language, code)
    if fault is None:
        return Found(found[:MOST_REMARKS], _LOOKED, missing)
    first = Remark(fault.line, _unreadable(name, fault.message))
    return Found((first, *found)[:MOST_REMARKS], _READ, missing)


def _report(request: AgentRequest, found: Found, question: ParsedQuestion, topic: str) -> Draft:
    code, skill = question.code or "", depth(request, topic)
    wanted = aims(request.query.query_text)
    all_remarks = asked_first(found.remarks, wanted)
    remarks = all_remarks[: _MOST[skill]]
    lacking = not_judged(remarks, wanted)
    more = len(all_remarks) - len(remarks)
    good = praised(code, question.language) if found.confidence > _NOT_LINTED else ()
    return draft(
        _opening(found, len(remarks), glad=lacking is None and question.has(Intent.CODE_REVIEW)), lacking,
        f"What is good already: {' '.join(good)}" if good else None,
        "\n".join(_listed(request, one, code.splitlines(), skill) for one in remarks) or None,
        *((_HOW[request.profile.learning_style], _later(more), advice(request, topic, Specialist.CODE_REVIEW))
          if remarks else ()),
        topic=topic, confidence=found.confidence, missing=found.missing,
        metadata=ReviewMetadata(
            remarks=tuple(RemarkMetadata(line=one.line, rule=one.rule, text=one.text) for one in remarks),
            suggested_topic=None if topic == GENERAL else topic,
        ).as_json(),
    )  # fmt: skip


def _opening(found: Found, shown: int, *, glad: bool) -> str:
    if shown:
        return f"I have {shown} remark{'s' if shown != 1 else ''}, the most important first."
    if found.confidence <= _NOT_LINTED:
        return "I could not look your code over, so I say nothing of it, neither good nor bad."
    if not glad:
        return (
            "My rules found nothing, but they do not look at everything. If something goes wrong, say what you "
            "expected and what comes instead."
        )
    return "I found nothing to complain about by rule. Well done; clear names and small functions come next."


def _later(more: int) -> str | None:
    if not more:
        return None
    return f"{more} smaller thing{'s' if more != 1 else ''} can wait: ask again when these are done."


def _listed(request: AgentRequest, remark: Remark, lines: Sequence[str], skill: SkillLevel) -> str:
    before = any(
        turn.agent is Specialist.CODE_REVIEW and remark.text[:_OFTEN_SAID] in turn.answer for turn in request.turns
    )
    rule = f" [{remark.rule}]" if remark.rule and skill is SkillLevel.ADVANCED else ""
    text = _STILL if before else f"{_WORDS[remark.kind]}. {remark.text}"
    return f"- Line {remark.line}{_quoted(lines, remark.line)}: {text}{rule}"


def _quoted(lines: Sequence[str], number: int) -> str:
    text = one_line(lines[number - 1]) if number <= len(lines) else ""
    return f" (`{text}`)" if text else ""


def _ask_for_code(request: AgentRequest, question: ParsedQuestion) -> Draft:
    topic = topic_asked(request, question)
    return draft(
        "Happy to look at it, but there is no code with your question.",
        "Send the code itself, between ``` lines or as the snippet, and say what it should do.",
        topic=topic, confidence=_LOOKED, missing="I cannot open links or files.",
        metadata=ReviewMetadata(
            remarks=(), suggested_topic=None if topic == GENERAL else topic, asks_back=True
        ).as_json(),
    )  # fmt: skip
