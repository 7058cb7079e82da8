"""Triage by rules: what each kind of question is, how sure, and why."""

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from learnflow.domain.question.intent import OFF_TOPIC, Triage, triage
from learnflow.domain.question.snippet import split_prose_and_code
from learnflow.models.fields import TopicKey
from learnflow.models.student_query import StudentQuery
from learnflow.models.taxonomy import GENERAL, TOPICS
from learnflow.models.vocabulary import Intent, Language

CONCEPTS, REVIEW, DEBUG, EXERCISE, PROGRESS = (
    Intent.CONCEPTS, Intent.CODE_REVIEW, Intent.DEBUG, Intent.EXERCISE, Intent.PROGRESS,
)  # fmt: skip
SURE, UNSURE = 0.5, 0.4  # at least, below
ADD = "def add(a, b):\n    return a + b"
PYTHON_TRACE = "Traceback (most recent call last):\n  File \"main.py\", line 2, in <module>\nKeyError: 'age'"
JAVA_TRACE = (
    'Exception in thread "main" java.lang.NullPointerException: Cannot invoke "length()" because "name" is null\n'
    "\tat Main.main(Main.java:5)"
)
JS_TRACE = "TypeError: Cannot read properties of undefined (reading 'map')\n    at render (app.js:12:9)"
GO_TRACE = "panic: assignment to entry in nil map\n\ngoroutine 1 [running]:\nmain.main()"
RUST_TRACE = "error[E0382]: borrow of moved value: `s`\n --> src/main.rs:4:20"
CPP_TRACE = "Segmentation fault (core dumped)"


class Case(NamedTuple):
    """A question, and what triage should make of it."""

    text: str
    intent: Intent
    topic: str | None = None
    code: str | None = None
    language: Language = Language.PYTHON


CASES = {
    "the data model's debug question": Case(
        "Why does my code throw IndexError?", DEBUG, "list-indexing", "arr = [1, 2, 3]\nprint(arr[5])"
    ),
    "the data model's concept question": Case("Explain recursion", CONCEPTS, "recursion"),
    "what is": Case("What is a variable?", CONCEPTS, "variables"),
    "whats without apostrophe": Case("whats a dictionary in python", CONCEPTS, "dictionaries"),
    "does not understand": Case("I don't understand closures at all", CONCEPTS, "closures"),
    "how does it work": Case("How does a while loop work?", CONCEPTS, "loops"),
    "difference": Case("What's the difference between a list and a tuple?", CONCEPTS, "tuples"),
    "versus": Case("list vs set, which one is faster?", CONCEPTS),
    "when to use": Case("When should I use a dictionary?", CONCEPTS, "dictionaries"),
    "why do we need": Case("Why do we need classes?", CONCEPTS, "object-oriented-programming"),
    "how to": Case("How to sort a list of dicts by key", CONCEPTS, "sorting"),
    "why something is so sometimes": Case("Why does a dict sometimes keep its order?", CONCEPTS, "dictionaries"),
    "what one does that the other does not": Case("what does a set do that a tuple doesn't", CONCEPTS),
    "whether it is fine": Case("is it fine to change a tuple in a loop?", CONCEPTS),
    "a language is the subject": Case("Why does Go return err instead of throwing?", CONCEPTS),
    "still not understood": Case("I still dont understand closures, why not a variable?", CONCEPTS, "closures"),
    "a task is set": Case("Could you set me a task involving strings?", EXERCISE, "strings"),
    "one or the other next": Case("should i do recursion or oop next? i just finished functions", PROGRESS),
    "what cannot be done at all": Case("java: why can i not change a string", CONCEPTS, "strings", None, Language.JAVA),
    "what now": Case("i finished lists, what now?", PROGRESS),
    "what before": Case("what do i need to know before i start with recursion", PROGRESS, "recursion"),
    "a harder one": Case("got something harder than the last one?", EXERCISE),
    "a small task": Case("a small task about closures pls", EXERCISE, "closures"),
    "something that is not hard": Case("can i get something not too hard on dictionaries", EXERCISE, "dictionaries"),
    "let me try": Case("let me try something with while loops", EXERCISE, "loops"),
    "whats next": Case("I finished recursion, whats next?", PROGRESS),
    "where from here": Case("i know loops now, where do i go from here?", PROGRESS),
    "a misspelt wish": Case("an excersise on inheritence pls", EXERCISE, "inheritance"),
    "are there any problems to solve": Case("have you got any string problems?", EXERCISE, "strings"),
    "only the answer": Case("i want just the answer", EXERCISE),
    "homework": Case("do my homework: a function that adds two numbers", EXERCISE),
    "what is behind me": Case("have i completed dictionaries yet?", PROGRESS, "dictionaries"),
    "this instead of that": Case("prints 5 instead of 6", DEBUG, None, ADD),
    "this and not that": Case("why does it return 1 and not 3", DEBUG, None, ADD),
    "it still says": Case("i enter no and it still prints yes", DEBUG, None, ADD),
    "nothing is shown": Case("nothing is shown at all", DEBUG, None, ADD),
    "anything wrong with it": Case("Anything wrong with this?", REVIEW, None, ADD),
    "before it is handed in": Case("can i submit it like that", REVIEW, None, ADD),
    "example": Case("Show me an example of a decorator", CONCEPTS, "decorators"),
    "keyword": Case("What does yield do?", CONCEPTS, "iterators-generators"),
    "an error in general": Case("What is an IndexError?", CONCEPTS, "list-indexing"),
    "explain code": Case("Explain this code please", CONCEPTS, "loops", "for i in range(3):\n    print(i)"),
    "what does this code do": Case("What does this code do?\nfor i in range(3):\n    print(i)", CONCEPTS, "loops"),
    "big o": Case("What is Big O notation?", CONCEPTS, "complexity"),
    "java concept": Case("How to handle exceptions in Java?", CONCEPTS, "exceptions"),
    "rust concept": Case("What is ownership in Rust and why does the borrow checker exist?", CONCEPTS,
                         "memory-management"),
    "go concept": Case("Explain goroutines and channels in Go", CONCEPTS, "concurrency"),
    "javascript concept": Case("What is a promise in JavaScript and how does async await work?", CONCEPTS,
                               "async-programming"),
    "c++ concept": Case("What are pointers in C++?", CONCEPTS, "memory-management"),
    "inheritance": Case("Can you explain inheritance with super()?", CONCEPTS, "inheritance"),
    "regular expressions": Case("how do I write a regex for phone numbers", CONCEPTS, "regular-expressions"),
    "files": Case("How do I read a text file line by line?", CONCEPTS, "file-io"),
    "testing": Case("How do I write unit tests with pytest?", CONCEPTS, "testing"),
    "type hints": Case("What are type hints for?", CONCEPTS, "type-hints"),
    "comprehension": Case("explain list comprehensions in simple terms", CONCEPTS, "comprehensions"),
    "string formatting": Case("how do f-strings work", CONCEPTS, "strings"),
    "data structures": Case("What is a linked list?", CONCEPTS, "data-structures"),
    "python traceback": Case(PYTHON_TRACE, DEBUG, "dictionaries"),
    "java stack trace": Case(JAVA_TRACE, DEBUG, "null-values"),
    "javascript stack trace": Case(JS_TRACE, DEBUG, "null-values"),
    "go panic": Case(GO_TRACE, DEBUG, "dictionaries"),
    "rust compiler error": Case(RUST_TRACE, DEBUG, "memory-management"),
    "c++ segmentation fault": Case(f"My program ends with {CPP_TRACE}", DEBUG, "memory-management"),
    "javascript not a function": Case("undefined is not a function, why?", DEBUG, "functions"),
    "wrong output": Case("My for loop prints only the last number", DEBUG, "loops"),
    "infinite loop": Case("Why is my while loop infinite?", DEBUG, "loops"),
    "fix": Case("How do I fix an IndexError in Python?", DEBUG, "list-indexing"),
    "doesn't work": Case("my function doesn't work", DEBUG, None, ADD),
    "what is wrong": Case("What is wrong with this?", DEBUG, None, "x = 5\nif x = 5:\n    print(x)"),
    "crashes in c++": Case("it crashes", DEBUG, None, "int* p = nullptr;\n*p = 1;", Language.CPP),
    "pasted code that fails": Case("Why do I get an error?\nx = '5'\nprint(x + 1)", DEBUG),
    "returns none": Case("my function returns None instead of the sum", DEBUG),
    "recursion depth": Case("RecursionError: maximum recursion depth exceeded", DEBUG, "recursion"),
    "unknown exception": Case("I keep getting a FooBarError when I run my script", DEBUG),
    "review": Case("Please review my code", REVIEW, None, ADD),
    "is this right": Case("Is this right?", REVIEW, "functions", ADD),
    "improve": Case("Can you improve this function?", REVIEW, None, ADD),
    "more pythonic": Case("How can I make this more pythonic?", REVIEW, "loops", "for i in a:\n    print(i)"),
    "feedback in go": Case("Any feedback on my code?", REVIEW, None, "func add(a, b int) int { return a + b }",
                           Language.GO),
    "refactor": Case("Refactor this class for me", REVIEW, "object-oriented-programming", "class A:\n    pass"),
    "only code": Case(ADD, REVIEW, "functions"),
    "fenced code": Case("```python\nfor x in [1]:\n    print(x)\n```\nIs this good code?", REVIEW),
    "clean up in rust": Case("Could this be cleaner?", REVIEW, None, "fn main() { f().unwrap(); }", Language.RUST),
    "exercise on a topic": Case("Give me an exercise on loops", EXERCISE, "loops"),
    "give me a problem": Case("give me a problem about recursion", EXERCISE, "recursion"),
    "practice": Case("I want to practice dictionaries", EXERCISE, "dictionaries"),
    "quiz": Case("Quiz me!", EXERCISE, GENERAL),
    "challenge": Case("challenge me with something on strings", EXERCISE, "strings"),
    "another one": Case("Can I have another exercise?", EXERCISE),
    "java exercise": Case("I need a Java coding challenge on arrays", EXERCISE, "lists"),
    "hint": Case("Can I have a hint?", EXERCISE),
    "gives up": Case("I give up, show me the solution", EXERCISE),
    "how am I doing": Case("How am I doing?", PROGRESS, GENERAL),
    "my progress": Case("show me my progress", PROGRESS),
    "what next": Case("What should I learn next?", PROGRESS),
    "what have I learned": Case("What have I learned so far?", PROGRESS),
    "how many": Case("How many questions have I asked?", PROGRESS),
    "weak topics": Case("Which of my topics are weak?", PROGRESS),
    "improving": Case("Am I improving?", PROGRESS),
    "how this week was": Case("how did I do this week", PROGRESS),
    "undefined without an error": Case("Why is this undefined?", DEBUG, None, "const a = [1];\nconsole.log(a[3]);",
                                       Language.JAVASCRIPT),
    "null without code": Case("why is my variable null?", DEBUG, "null-values"),
    "prints twice": Case("why does this print twice", DEBUG, None, "for i in range(2):\n    print('a')"),
    "expected and got": Case("expected 6, got 5", DEBUG, None, "print(2 + 3)"),
    "an error that is asked about": Case("what is an exception", CONCEPTS, "exceptions"),
    "handling errors": Case("how to handle errors in rust", CONCEPTS, "exceptions"),
    "what happens if": Case("what happens if my function never returns", CONCEPTS, "functions"),
    "what code returns": Case("What does this function return?", CONCEPTS, "functions", "def f():\n    return 1"),
    "whether something is possible": Case("Can a function return two values?", CONCEPTS, "functions"),
    "comparing two values": Case("How do I compare two strings?", CONCEPTS, "strings"),
    "slow code": Case("My code works but it's slow, any tips?", REVIEW, None, "for i in a:\n    print(i)"),
    "ugly code": Case("Please check my code, it works but looks ugly", REVIEW, None, ADD),
    "whether it is right": Case("Could you check whether this is right?", REVIEW, None, ADD),
    "a submission": Case("Here is my submission for the loops exercise", EXERCISE, "loops", ADD),
    "a pasted solution": Case(f"my solution to the exercise:\n\n{ADD}", EXERCISE),
    "submits an answer": Case("submit my answer", EXERCISE, None, ADD),
    "a hint when stuck": Case("I'm stuck on the exercise, give me a hint", EXERCISE),
    "a javascript reference error": Case("Uncaught ReferenceError: x is not defined\n    at main.js:3:1", DEBUG),
    "a java trace of an index": Case(
        'Exception in thread "main" java.lang.ArrayIndexOutOfBoundsException: Index 5 out of bounds for length 3\n'
        "\tat Main.main(Main.java:5)", DEBUG, "list-indexing"),
    "a c++ compiler error": Case("main.cpp:3:5: error: 'cout' was not declared in this scope", DEBUG),
    "a go panic of an index": Case(
        "panic: runtime error: index out of range [5] with length 3\n\ngoroutine 1 [running]:", DEBUG,
        "list-indexing"),
    "a go deadlock": Case("fatal error: all goroutines are asleep - deadlock!", DEBUG, "concurrency"),
    "a rust panic": Case(
        "thread 'main' panicked at src/main.rs:4:5:\nindex out of bounds: the len is 3 but the index is 5", DEBUG,
        "list-indexing"),
    "trouble told at length": Case(
        "Shopping cart total\nI am writing a small shop for my course. Every product has a price, and the cart holds "
        "products. When I add a second product the total should be the sum of both. I understand what a list is, and "
        "for example adding one product works, but the total still shows the first price. This is my code so far.",
        DEBUG),
    "a question told at length": Case(
        "Sharing settings between modules\nI am writing a small game for my course, with one module for the board and "
        "another one for the players. Both have an options screen, and I read about global variables and about "
        "classes that hold such options for everybody. Is there a way to share options without passing them around?",
        CONCEPTS),
    "a judgement asked at length": Case(
        "Saving the scores of a game\nMy game keeps all scores in a dictionary and writes the whole dictionary to a "
        "file after every move, which I do with one function that every other function calls. I have done it like "
        "this since the beginning of the course. Would you recommend it, or is it better practice to save at the end?",
        REVIEW),
}  # fmt: skip


def query(text: str, code: str | None = None, language: Language | None = None) -> StudentQuery:
    return StudentQuery.model_validate({
        "query_id": "550e8400-e29b-41d4-a716-446655440000",
        "student_id": "student-123",
        "timestamp": "2026-01-02T14:23:45Z",
        "query_text": text,
        "code_snippet": code,
        "language": language or (Language.PYTHON if code else None),
    })


def asked(text: str) -> Triage:
    return triage(query(text))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_question_is_recognised(case: Case) -> None:
    found = triage(query(case.text, case.code, case.language if case.code else None))
    assert found.intent is case.intent, found
    if case.topic is not None:
        assert found.topic == case.topic, found
    assert found.confidence >= SURE, found
    assert str(found.intent) in found.reasoning


REMOVES = "for x in xs:\n    if x < 0:\n        xs.remove(x)"
OBSERVED = {
    "what is left over": "there are still negative numbers in it",
    "what it shows": "this shows 12 not 3",
    "whatever is typed": "whatever i type it lets me in",
    "one change and another": "changing one changes both",
    "it is always so": "the condition is always true",
    "how it can be": "how can that be?",
    "told without any sign": "second cart has the things of the first cart inside",
}


@pytest.mark.parametrize("told", OBSERVED.values(), ids=OBSERVED)
def test_who_tells_what_code_at_hand_does_wants_it_debugged(told: str) -> None:
    assert triage(query(told, REMOVES)).intent is DEBUG


@pytest.mark.parametrize("said", [
    "a function that prints the primes", "here is my solution", "a script which counts words", "primes in python",
    "can you review it? it prints the sum", "rewrite this with a comprehension", "this is what i have so far",
    "look at my squares and tell me what you think", "works fine, but can it be nicer?", "how did i do?",
    "is there a shorter way to write this",
])  # fmt: skip
def test_what_code_is_said_to_do_is_no_complaint(said: str) -> None:
    assert triage(query(said, REMOVES)).intent is REVIEW


@pytest.mark.parametrize("said", [
    "which values does it print?", "how would this look in java", "why is it called xs", "does this use closures?",
    "I don't understand why remove is used here", "why do we need the if",
])  # fmt: skip
def test_what_is_asked_about_code_is_no_complaint(said: str) -> None:
    assert triage(query(said, REMOVES)).intent is CONCEPTS


@pytest.mark.parametrize("told", ["it shows the sum", "it is always true"])
def test_without_code_how_something_behaves_says_little(told: str) -> None:
    assert asked(told).confidence < UNSURE


@pytest.mark.parametrize(
    "text",
    ["Hi", "hello there!", "Good morning", "thanks a lot!", "Thank you so much, that was very helpful", "bye",
     "What's the weather like today?", "Tell me a joke", "how do I cook pasta", "What is the capital of France?",
     "who won the football match?", "Who are you?"],
)  # fmt: skip
def test_what_is_off_topic_is_surely_off_topic(text: str) -> None:
    found = asked(text)
    assert (found.intent, found.topic, found.question_key) == (CONCEPTS, GENERAL, OFF_TOPIC)
    assert found.confidence >= SURE


@pytest.mark.parametrize(
    "text",
    ["asdkjh qwe zxcv", "help", "?", "🙂🙂", "مرحبا كيف حالك", "Why?", "do it", "it doesn't work",
     "x", "42", "please help me"],
)  # fmt: skip
def test_the_unclear_is_asked_back(text: str) -> None:
    assert asked(text).confidence < UNSURE


def test_a_greeting_before_a_question_does_not_hide_it() -> None:
    found = asked("Hi! Thanks for your help yesterday. Can you explain recursion?")
    assert (found.intent, found.topic) == (CONCEPTS, "recursion")


def test_small_talk_words_about_programming_are_no_small_talk() -> None:
    assert asked("What does the weather API return as JSON?").question_key != OFF_TOPIC


def test_reasoning_names_what_decided() -> None:
    found = triage(query("Why does my code throw IndexError?", "arr = [1, 2, 3]\nprint(arr[5])"))
    assert "code" in found.reasoning
    assert "IndexError" in found.reasoning
    assert "debug" in found.reasoning


@pytest.mark.parametrize(
    "texts",
    [
        ("What is recursion?", "explain recursion", "Can you explain recursion to me please?",
         "I don't understand recursion", "what does recursion mean"),
        ("How do I use recursion?", "how to write a recursive function", "how can I use recursive functions?"),
        ("difference between lists and tuples", "tuple vs list", "How does a list differ from a tuple?"),
        ("Why do I get an IndexError?", "my code throws IndexError", "IndexError: list index out of range"),
        ("give me an exercise on loops", "I want to practise loops", "another loop exercise please"),
    ],
    ids=["explain", "how to", "difference", "error", "exercise"],
)  # fmt: skip
def test_the_question_key_survives_rephrasing(texts: tuple[str, ...]) -> None:
    assert len({asked(text).question_key for text in texts}) == 1


def test_progress_and_exercises_within_a_narrative_are_no_wish() -> None:
    told = (
        "Progress of a download\nI show the progress of a download in my program, and the next task starts after it. "
        "The bar never changes its width, although the task itself gets its data and the file is there in the end. "
        "I have tried to set the width by hand, which does not work either. What am I doing wrong?"
    )
    assert asked(told).intent is DEBUG
    assert asked("my progress").intent is PROGRESS


def test_confidence_is_less_where_the_words_disagree() -> None:
    assert asked("Explain loops").confidence > asked("Explain loops, and review the error").confidence


def test_different_questions_have_different_keys() -> None:
    texts = ("explain recursion", "how do I use recursion", "what is a base case in recursion", "explain loops",
             "How do I center a div with CSS?", "How do I connect to a MySQL database?")  # fmt: skip
    assert len({asked(text).question_key for text in texts}) == len(texts)


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("def f():\n    print(len('a'))", Language.PYTHON),
        ("const f = (x) => x === 1;\nconsole.log(f(1));", Language.JAVASCRIPT),
        (
            "public class Main {\n  public static void main(String[] a) {\n    System.out.println(1);\n  }\n}",
            Language.JAVA,
        ),
        ("#include <iostream>\nint main() {\n  std::cout << 1;\n}", Language.CPP),
        ("package main\nfunc main() {\n\tx := 1\n\tfmt.Println(x)\n}", Language.GO),
        ('fn main() {\n    let mut x = 1;\n    println!("{}", x);\n}', Language.RUST),
    ],
    ids=lambda value: str(value) if isinstance(value, Language) else "",
)
def test_pasted_code_is_found_and_its_language_guessed(code: str, language: Language) -> None:
    snippet = split_prose_and_code(query(f"What is wrong with my program?\n\n{code}\n\nThanks"))
    assert (snippet.code, snippet.language, snippet.pasted) == (code, language, True)
    assert "wrong" in snippet.prose


def test_given_code_wins_over_pasted_code() -> None:
    snippet = split_prose_and_code(query("Look:\n```\nx = 1\ny = 2\n```", "z = 3"))
    assert (snippet.code, snippet.pasted) == ("z = 3", False)


def test_prose_is_no_code() -> None:
    assert split_prose_and_code(query("What is a class?\nAnd what is an object?\nThanks, Ada")).code is None


@given(st.text(min_size=1, max_size=5_000), st.none() | st.text(max_size=2_000), st.sampled_from(Language))
def test_any_text_gets_a_valid_triage_and_always_the_same(text: str, code: str | None, language: Language) -> None:
    usable = text.replace("\x00", "") or "x"
    asked_of = query(usable if usable.strip() else "x", code.replace("\x00", "") if code else None, language)
    found = triage(asked_of)
    assert found == triage(asked_of)
    assert found.topic in {*TOPICS, GENERAL}
    assert 0.0 <= found.confidence <= 1.0
    assert TypeAdapter(TopicKey).validate_python(found.question_key)
    assert found.reasoning


@given(
    st.lists(
        st.sampled_from([*"=([{:;.#\"'`\n\t \\", "def ", "class ", "give me a ", "at ", "```", "\u2028"]),
        max_size=2_000,
    )
)
def test_punctuation_without_end_is_read_all_the_same(parts: list[str]) -> None:
    text = ("x" + "".join(parts))[:5_000]
    assert TypeAdapter(TopicKey).validate_python(triage(query(text, text, Language.PYTHON)).question_key)


CHANGED = "s = 'a'\ns = s + 'x'\nprint(s)"


@pytest.mark.parametrize(
    ("text", "code", "topic"),
    [
        ("is a string mutable? I wrote s = s + 'x' and s changed", CHANGED, "strings"),
        ("are tuples mutable? I wrote t = t + (1,) and it changed", "t = ()\nt = t + (1,)", "tuples"),
        ("Can a function change a list? I passed mine and it is different", "f(a)", "lists"),
        ("is a dictionary ordered? I wrote two keys", "d = {'b': 1}\nd['a'] = 2", "dictionaries"),
    ],
)
def test_whether_something_is_so_is_no_search_for_a_fault(text: str, code: str, topic: str) -> None:
    query = StudentQuery.model_validate({
        "query_id": "550e8400-e29b-41d4-a716-446655440000", "student_id": "student-123",
        "timestamp": "2026-01-02T14:23:45Z", "query_text": text, "code_snippet": code, "language": "python",
    })  # fmt: skip
    found = triage(query)
    assert (found.intent, found.topic) == (Intent.CONCEPTS, topic), found.reasoning


@pytest.mark.parametrize("text", ["is my list wrong?", "is there a bug in the loop?", "does this string look right?"])
def test_whether_the_own_code_is_right_is_looked_for_in_it(text: str) -> None:
    query = StudentQuery.model_validate({
        "query_id": "550e8400-e29b-41d4-a716-446655440000", "student_id": "student-123",
        "timestamp": "2026-01-02T14:23:45Z", "query_text": text, "code_snippet": CHANGED, "language": "python",
    })  # fmt: skip
    assert triage(query).intent in {Intent.DEBUG, Intent.CODE_REVIEW}
