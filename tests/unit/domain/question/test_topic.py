"""Which topic a question is about, told by its vocabulary where it does not name one."""

import json
import os
from pathlib import Path

import pytest

from learnflow.domain.question.lexicon import ONLY_NAMED
from learnflow.domain.question.parsed_question import parse_question
from learnflow.domain.question.topic import topic_of, topic_scores
from learnflow.models.student_query import StudentQuery
from learnflow.models.taxonomy import GENERAL, TOPICS

BY_VOCABULARY = {
    "a library's name for it": ("How does str_replace work?", "strings"),
    "another library's name": ("what does StringBuilder do", "strings"),
    "a word within a name": ("Why is createMutex slow?", "concurrency"),
    "what is done to it": ("remove leading zeros and whitespace", "strings"),
    "an array's parts": ("How do I get the elements of two arrays?", "lists"),
    "sorting wins over the list that is sorted": ("How to sort an ArrayList of objects?", "sorting"),
    "threads win over what they share": ("two threads append to a vector", "concurrency"),
    "a pattern wins over the string it is for": ("regex to match words in a string", "regular-expressions"),
    "generics by their looks": ("What does Box<T> mean?", "type-hints"),
    "pointers by their looks": ("What is int** for?", "memory-management"),
    "operators by their looks": ("What is the difference between == and ===?", "operators"),
    "reading a file by its functions": ("how do fopen and fgets work", "file-io"),
    "classes by their members": ("access a private member from another class", "object-oriented-programming"),
    "a search in a graph": ("How does Dijkstra find the shortest path?", "algorithms"),
}

NAMED = {
    "named once beats what it builds on, hinted at often": (
        "decorator: which arguments and parameters does the inner function return?", "decorators",
    ),
    "what is typed in is no type": ("I type 7 in the loop", "loops"),
    "only one thread": ("a dictionary, and only one thread", "dictionaries"),
    "two containers": ("list and set", "sets"),
    "an error names what is to be indented": ("expected an indented block after function definition", "functions"),
    "what is slow": ("it is too slow", "complexity"),
}  # fmt: skip
FAULTS = {
    "a default that is shared": ("def f(x, seen={}):\n    seen[x] = 1\n    return seen", "functions"),
    "a method without self": ("class Cat:\n    def meow():\n        print(1)", "object-oriented-programming"),
    "an array that is never freed": ("int* a = new int[3];\nfor (int i = 0; i<3; i++) a[i] = i;", "memory-management"),
    "an error thrown away": ("value, _ := strconv.Atoi(text)\nif value > 2 { return }", "exceptions"),
    "a promise": ("async function load() { return [1]; }\nconst all = load();", "async-programming"),
    "a generator": ("evens = (n for n in range(9) if n % 2 == 0)\nprint(list(evens))", "iterators-generators"),
    "a fraction that is dropped": ("int a = 1;\ndouble half = a / 2;", "data-types"),
    "text compared as objects": ('String a = in.next();\nif (a == "q") { stop(); }', "strings"),
}  # fmt: skip

DATA = Path(os.environ.get("LEARNFLOW_DATA", Path(__file__).parents[5] / "shared" / "data"))
COURSE = (
    "Please briefly explain task 3!",
    "Could you explain the two functions of assignment 5?",
    "print the numbers from 1 to n",
    "In exercise 2, why does it wait before the next card?",
    "print this pattern of stars with two loops",
    "how do I show the matching cards at once",
    "the error says that the type is wrong when I am typing a name",
    "a member can borrow a book from the library",
    "which address does the list of contacts need?",
    "what does it mean to fetch the balance?",
    "find everything between two brackets",
    "process every second job in the queue",
)
ADVANCED = {
    "what does a lock do when two threads add to a total": "concurrency",
    "why do I get a race condition": "concurrency",
    "how do I match digits with a regex": "regular-expressions",
    "what does \\d mean": "regular-expressions",
    "what is await for": "async-programming",
    "why does my function with setTimeout print at the end": "async-programming",
    "what is a pointer": "memory-management",
    "where is the memory leak": "memory-management",
    "do I need type hints": "type-hints",
    "what is a generic class for": "type-hints",
}


def of(text: str, code: str | None = None) -> str:
    return topic_of(parse_question(query(text, code)))


def query(text: str, code: str | None = None) -> StudentQuery:
    return StudentQuery.model_validate({
        **({"code_snippet": code, "language": "python"} if code else {}),
        "query_id": "550e8400-e29b-41d4-a716-446655440000",
        "student_id": "student-123",
        "timestamp": "2026-01-02T14:23:45Z",
        "query_text": text,
    })


@pytest.mark.parametrize(("text", "topic"), BY_VOCABULARY.values(), ids=BY_VOCABULARY.keys())
def test_vocabulary_tells_the_topic(text: str, topic: str) -> None:
    assert of(text) == topic, topic_scores(parse_question(query(text)))


@pytest.mark.parametrize(("text", "topic"), NAMED.values(), ids=NAMED.keys())
def test_what_is_named_wins(text: str, topic: str) -> None:
    assert of(text) == topic, topic_scores(parse_question(query(text)))


@pytest.mark.parametrize(("code", "topic"), FAULTS.values(), ids=FAULTS.keys())
def test_a_usual_fault_in_code_is_its_topic(code: str, topic: str) -> None:
    assert of("the value is wrong", code) == topic
    assert of("any feedback?", code) == topic


def test_with_code_at_hand_what_it_shows_is_not_the_subject() -> None:
    code = "for n in numbers:\n    print(n)"
    assert of("it goes on with huge numbers after zero", code) == "loops"
    assert of("my dictionary is empty", code) == "dictionaries"


def test_a_question_on_what_code_means_is_not_about_its_faults() -> None:
    assert of("explain what a loop is", FAULTS["an array that is never freed"][0]) == "loops"


@pytest.mark.parametrize("text", ["How do I find a job?", "my computer is loud", "please explain", "who wrote it?"])
def test_everyday_words_tell_no_topic(text: str) -> None:
    assert of(text) == GENERAL


def test_everyday_words_do_not_make_a_question_technical() -> None:
    question = parse_question(query("I replaced the brackets of the shelf"))
    assert question.hints
    assert not question.technical


def test_a_word_says_something_of_every_topic_that_uses_it() -> None:
    scores = topic_scores(parse_question(query("the address of a pattern")))
    assert scores["memory-management"] > 0.0
    assert scores["regular-expressions"] > 0.0


@pytest.mark.parametrize("text", COURSE)
def test_the_words_of_any_course_bring_no_advanced_topic(text: str) -> None:
    assert of(text) not in ONLY_NAMED


@pytest.mark.parametrize(("text", "topic"), ADVANCED.items())
def test_an_advanced_topic_is_found_by_what_it_consists_of(text: str, topic: str) -> None:
    assert of(text) == topic


def test_of_an_introductory_course_fewer_than_one_question_in_a_hundred_gets_an_advanced_topic() -> None:
    file = DATA / "intent" / "cs1qa_unlabelled.jsonl"
    if not file.exists():
        pytest.skip("the questions of a course are not here; LEARNFLOW_DATA names the folder that has them")
    texts = [json.loads(line)["query_text"] for line in file.read_text(encoding="utf-8").splitlines()]
    advanced = [text for text in texts if of(text) in ONLY_NAMED]
    assert len(texts) > 1_000
    assert len(advanced) < len(texts) / 100


def test_only_topics_of_the_taxonomy_are_scored() -> None:
    everything = "sort regex thread Box<T> int** fopen class function loop array string dict try catch promise"
    assert set(topic_scores(parse_question(query(everything)))) <= set(TOPICS)
