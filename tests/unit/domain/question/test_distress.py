"""Distress and danger are noticed, in six languages; programming talk and everyday despair are not."""

from typing import Any

import pytest

from learnflow.domain.question.distress import QUESTION_KEY, in_distress
from learnflow.domain.question.intent import DISTRESS_TRIAGE, certain_triage, triage
from learnflow.models.student_query import StudentQuery
from learnflow.models.vocabulary import Intent, Specialist
from tests.support.offline_requests import request

DISTRESS = [
    "I want to die", "i just really wanna die", "I don't want to live anymore", "I'm going to kill myself",
    "I've been thinking about killing myself", "I keep having suicidal thoughts", "I feel suicidal",
    "Sometimes I think about suicide", "I am planning to commit suicide tonight", "I want to end my life",
    "I want to end it all", "Everyone would be better off without me", "Nobody would miss me if I was gone",
    "no one would care if i died", "I wish I was dead", "I wish I had never been born", "There's no reason to live",
    "my life is not worth living", "I'm so tired of living", "I hope I never wake up",
    "I want to fall asleep and never wake up", "I cut myself again last night", "I have been hurting myself",
    "I can't stop self harming again", "I took a whole bottle of pills", "I want to slit my wrists",
    "I want to jump off a bridge", "My dad hits me when I get bad grades", "my stepfather beats me",
    "My boyfriend choked me yesterday", "I was raped", "I'm being abused at home", "I am getting bullied at school",
    "they beat me up after class", "I'm scared to go home", "I'm afraid of my father", "My life is in danger",
    "he threatened to kill me", "She tried to stab me", "I am going to kill him", "I want to kill my teacher",
    "I'm going to shoot up the school", "I will bring a gun to school tomorrow", "I'm having a panic attack",
    "I can't breathe and I can't stop crying", "I think I'm dying, my heart hurts",
    "my friend killed himself yesterday", "I can't concentrate on loops. I want to kill myself.",
    "WHY DOES MY LOOP NOT STOP. I WANT TO DIE", "Ich will nicht mehr leben", "Ich möchte einfach sterben",
    "ich will mich umbringen", "Ich habe Selbstmordgedanken", "Mein Vater schlägt mich",
    "ich werde in der Schule gemobbt, ich werde gemobbt", "Ich hab gerade eine Panikattacke", "Quiero morirme",
    "No quiero vivir más", "Estoy pensando en suicidarme", "Mi padre me pega", "Me quiero matar",
    "Tengo un ataque de pánico", "Je veux mourir", "J'ai envie de mourir", "J'ai des pensées suicidaires",
    "Je n'ai plus envie de vivre", "Mon père me frappe", "Je fais une crise d'angoisse", "Quero morrer",
    "Não quero mais viver", "Estou pensando em me matar", "Meu pai me bate", "Estou tendo uma crise de pânico",
    "main marna chahta hoon", "mujhe jeena nahi chahti", "mujhe marna hai", "papa mujhe marte hain",
    "suicide karna chahta hu", "मैं मरना चाहता हूँ",
]  # fmt: skip

NO_DISTRESS = [
    "How do I kill the process?", "kill the parent and all its children", "Why did my child process die?",
    "I want to kill this zombie thread", "How can I kill all the children of a process?",
    "I want to kill them all at once", "My code is killing me", "This assignment is killing me",
    "I'm dying to know how recursion works", "this bug makes me want to cry", "how do I hang a thread",
    "my program hangs itself", "suicide linked list", "How does the Josephus problem work? It is a suicide circle",
    "how does a process commit suicide", "I want to abort the execution", "The execution was terminated",
    "How do I execute a script?", "I hate this, I give up", "I give up", "I hate recursion so much",
    "I'm so stupid, I'll never get this", "I can't take this anymore, this bug is driving me crazy",
    "I can't do this anymore", "I'm going crazy with pointers", "I am dead tired of this error",
    "I'm dead, that is so funny", "I nearly died laughing", "kill -9 does not work", "How do I use die() in PHP?",
    "I want to die() with an error message in Perl", "When should a thread die?",
    "How do I print 'I want to die' in Python?", 'My game prints "I want to kill myself" and I need another text',
    "What does `I want to die` print?", "I want to die when the health of my player is zero",
    "In my game the enemy hits me and I lose a life", "he hits me in my game but hp stays the same",
    "I want to kill everyone on the level of my game",
    "the boss tries to kill me before I jump off the roof in my game", "My brother beats me at chess with his bot",
    "I shot myself in the foot with this pointer", "I don't want to shoot myself in the foot",
    "How do I cut a string?", "How can I cut myself some boilerplate?", "I burned myself out with this project",
    "what is a dead lock", "How do I detect dead code?", "Explain starvation", "my threads are starving",
    "What is a race condition?", "How do I attack this problem?", "brute force attack on a hash",
    "Go panic: runtime error: index out of range", "How do I recover from a panic?", "my program panicked",
    "What is a fatal error?", "the orphan process is never reaped", "The server is down and my boss will kill me",
    "My mom is going to kill me if I fail this exam", "I would kill for a good explanation of monads",
    "Analyse a dataset of suicide rates by country", "I am thinking about suicide rates as a dataset",
    "I build a classifier for posts about self harm", "How do I fight merge conflicts?",
    "My thread will never wake up again", "I call notify but the threads do not wake up",
    "I can't live without list comprehensions", "I love to death this language", "I want to live stream my program",
    "How do I live share my code?", "He hit the wrong key and my file is gone", "it hit me that loops are easy",
    "Why does it hurt performance?", "hit me with another question", "abuse of notation in big O",
    "Is this an abuse of inheritance?", "I cannot breathe life into this sprite", "throw an exception in the worker",
    "How do I bully the garbage collector?", "Wie töte ich einen Prozess?", "Der Compiler bringt mich um",
    "Mein Prozess stirbt", "Ich gebe auf", "¿Cómo mato un proceso?", "este error me mata",
    "Quiero terminar con mi tarea", "Comment tuer un processus ?", "Ce bug va me tuer",
    "Je veux en finir avec cet exercice", "Como matar um processo?", "esse erro vai me matar",
    "process ko kaise maaru", "child process mar gaya", "What is the weather like?", "Hello!", "asdf",
]  # fmt: skip


def asked(text: str, code: str | None = None, **more: Any) -> StudentQuery:
    return request(text, code, **more).query


@pytest.mark.parametrize("text", DISTRESS)
def test_distress_is_noticed(text: str) -> None:
    assert in_distress(asked(text))


@pytest.mark.parametrize("text", NO_DISTRESS)
def test_programming_talk_and_everyday_despair_are_no_distress(text: str) -> None:
    assert not in_distress(asked(text))


def test_distress_is_certain_and_repeats_no_words() -> None:
    found = certain_triage(asked("I want to kill myself"))
    assert found == DISTRESS_TRIAGE
    assert (found.intent, found.topic, found.question_key, found.confidence) == (
        Intent.CONCEPTS, "general", QUESTION_KEY, 1.0,
    )  # fmt: skip
    assert found.intent.specialist is Specialist.CONCEPTS
    assert "kill" not in found.reasoning


def test_a_text_in_distress_is_it_also_with_code() -> None:
    submission = {"context": {"exercise_id": "750e8400-e29b-41d4-a716-446655440002"}}
    assert certain_triage(asked("I want to die", "print(1)")) == DISTRESS_TRIAGE
    assert certain_triage(asked("I want to die", "print(1)", **submission)) == DISTRESS_TRIAGE
    assert certain_triage(asked("I want to die\n\n```python\nprint(1)\n```")) == DISTRESS_TRIAGE


def test_code_about_distress_with_an_ordinary_text_is_none() -> None:
    game = 'print("I want to die")\nif hp == 0:\n    kill_myself()'
    assert certain_triage(asked("Review my code", game)) is None
    assert certain_triage(asked(f"Why does this not work?\n```python\n{game}\n```")) is None
    assert certain_triage(asked(f"Why does this not work?\n{game}")) is None
    submission = certain_triage(asked("Here", game, context={"exercise_id": "750e8400-e29b-41d4-a716-446655440002"}))
    assert submission is not None
    assert submission.question_key == "submission"


def test_no_rule_of_triage_gives_the_key_of_distress() -> None:
    assert triage(asked("distress")).question_key != QUESTION_KEY
