"""The whole way of a question, as a plain client sees it that knows only data-model 2.8."""

import json
import urllib.error
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from learnflow.models.vocabulary import Agent
from learnflow.settings import Settings
from learnflow.topics import REQUESTS
from tests.running.questions import (
    INDEX_ERROR,
    MISROUTED,
    QUESTIONS,
    Asked,
    Misrouted,
    beat_of,
    get,
    progress,
    request_of,
    standings,
    tell,
)  # fmt: skip
from tests.support.running_system import Client, Systems, envelope
from tests.support.topic_watcher import TopicWatcher

# The topics of the data model's examples: how they are asked about, and a word that a beginner must hear.
TOPICS = {
    "variables": ("What is a variable?", "name"),
    "loops": ("Explain loops please", "again"),
    "functions": ("How do functions work?", "return"),
    "lists": ("I do not understand lists", "order"),
    "recursion": ("Explain recursion", "smaller"),
    "object-oriented-programming": ("What is object oriented programming?", "class"),
}
SUPPORTIVE = Settings().safety.supportive_answer


@pytest.mark.parametrize("asked", QUESTIONS, ids=str)
def test_each_intent_is_answered_by_its_agent_and_stored(
    client: Client, watch: TopicWatcher, student: str, asked: Asked
) -> None:
    query_id = client.ask(student, asked.text, **asked.payload)
    payload = watch.answered(query_id).payload
    assert (payload["agent_name"], payload["response_type"]) == (asked.agent, asked.response_type)
    stored = watch.database.stored(query_id, flow=asked.messages)
    query, (response,) = stored.query, stored.responses
    assert (query["status"], query["failure_reason"]) == ("completed", None)
    assert (query["student_id"], query["query_text"]) == (student, asked.text)
    assert (query["detected_intent"], query["routed_to_agent"], query["topic"]) == (
        asked.intent, asked.agent, asked.topic,
    )  # fmt: skip
    (routing,) = watch.on("triage-routing", student)
    assert float(query["triage_confidence"]) == routing.payload["confidence"]
    assert (response["agent_type"], response["response_text"]) == (asked.agent, payload["response_text"])
    assert (response["claude_model"], response["token_count"]) == ("offline", None)
    assert [order for order, *_ in stored.ways] == list(range(1, asked.messages + 1))
    assert stored.ways[-1][1:] == ("response", asked.agent, "student")


@pytest.mark.parametrize(("topic", "said"), TOPICS.items(), ids=TOPICS)
def test_the_data_models_topics_are_explained_at_the_students_level(
    client: Client, watch: TopicWatcher, student: str, topic: str, said: tuple[str, str]
) -> None:
    text, told = said
    answers = []
    for level in ("beginner", "advanced"):
        payload = watch.answered(client.ask(f"{student}-{level}", text, context={"skill_level": level})).payload
        assert (payload["agent_name"], payload["metadata"]["suggested_topic"]) == ("concepts", topic)
        assert payload["metadata"]["level"] == level
        assert "offline" in payload["response_text"]
        assert payload["code_examples"]
        answers.append(payload["response_text"])
    assert told in answers[0].lower()
    assert answers[0] != answers[1]


def test_a_question_that_is_asked_again_gets_another_explanation(
    client: Client, watch: TopicWatcher, student: str
) -> None:
    told = set()
    for _ in range(3):
        answer = watch.answered(client.ask(student, "Explain recursion"))
        told.add(answer.payload["response_text"])
        watch.processed(answer)
    assert len(told) == 3


def test_debug_and_concepts_answer_the_data_models_question_together(
    client: Client, watch: TopicWatcher, student: str
) -> None:
    message = envelope(student, "student.query.submitted", {"query_text": INDEX_ERROR.text, **INDEX_ERROR.payload})
    client.send("student-queries", student, message)
    watch.answered(message["message_id"])
    stored = watch.database.stored(message["message_id"], flow=4)
    assert stored.ways == [
        (1, "routing_decision", "triage", "debug"),
        (2, "collaboration", "debug", "concepts"),
        (3, "response", "concepts", "debug"),
        (4, "response", "debug", "student"),
    ]
    assert {row["trace_id"] for row in stored.flow} == {UUID(message["trace_id"])}
    assert [row["message_content"] for row in stored.flow[:3]] == [
        f"Routing query to Debug Agent (intent: debug, confidence: {stored.query['triage_confidence']})",
        "Request concept explanation for list-indexing",
        "list-indexing explanation provided",
    ]


@pytest.mark.parametrize("case", MISROUTED, ids=str)
def test_a_misrouted_question_is_handed_over_just_once(
    client: Client, watch: TopicWatcher, student: str, case: Misrouted
) -> None:
    request = case.request(student)
    query_id = str(request.payload.query.query_id)
    client.send(REQUESTS[case.first].name, student, request.encode())
    assert watch.answered(query_id).payload["agent_name"] == case.second
    stored = watch.database.stored(query_id, flow=case.messages)
    assert (stored.query["routed_to_agent"], stored.responses[0]["agent_type"]) == (case.second, case.second)
    assert stored.ways[0] == (2, "request", case.first, case.second)
    assert [kind for _, kind, *_ in stored.ways].count("request") == 1
    assert stored.ways[-1] == (case.messages + 1, "response", case.second, "student")


def test_a_question_that_is_not_understood_is_asked_back(client: Client, watch: TopicWatcher, student: str) -> None:
    query_id = client.ask(student, "asdf qwer")
    payload = watch.answered(query_id).payload
    assert (payload["agent_name"], payload["metadata"]["asks_back"]) == ("concepts", True)
    assert "I am not sure what you need" in payload["response_text"]
    assert watch.database.stored(query_id).query["triage_confidence"] < 0.4


def test_a_question_that_is_not_about_programming_gets_a_friendly_answer(
    client: Client, watch: TopicWatcher, student: str
) -> None:
    payload = watch.answered(client.ask(student, "What is the weather like today?")).payload
    assert (payload["agent_name"], payload["metadata"]["off_topic"]) == ("concepts", True)
    assert payload["response_text"].startswith("Sorry, that is not my subject")


def test_somebody_in_distress_gets_the_supportive_answer_and_those_who_watch_hear_of_it(
    client: Client, watch: TopicWatcher, student: str
) -> None:
    for _ in range(3):  # which of an ordinary question would be a struggle
        query_id = client.ask(student, "I can't stop this loop and I want to die", query_type="text")
    answer = watch.answered(query_id)
    assert (answer.payload["agent_name"], answer.payload["response_text"]) == ("concepts", SUPPORTIVE)
    assert (answer.payload["confidence"], answer.payload["metadata"]["distress"]) == (1.0, True)
    (told,) = watch.wait(
        "agent-logs",
        lambda seen: seen.payload.get("action") == "safety.distress.noticed" and seen.payload["query_id"] == query_id,
    )
    assert told.key == student.encode()
    assert b"die" not in (told.value or b"")
    (decision,) = [seen for seen in watch.on("triage-routing", student) if seen.payload["query_id"] == query_id]
    assert "die" not in decision.payload["reasoning"]
    watch.processed(answer)
    assert progress(watch, student, 3).payload["progress"]["topics_covered"] == []
    assert [watch.on(topic, student) for topic in ("student-struggle", "mastery-level-updated")] == [[], []]


def test_a_message_without_a_key_is_accepted_and_those_that_follow_have_one(
    client: Client, watch: TopicWatcher, student: str
) -> None:
    message = envelope(student, "student.query.submitted", {"query_text": "Explain recursion"})
    client.send("student-queries", None, message)
    assert watch.answered(message["message_id"]).key == student.encode()
    for topic in ("triage-routing", "concepts-requests", "student-progress"):
        assert watch.wait(topic, lambda seen: seen.key == student.encode())


def test_the_payloads_query_id_wins_over_the_message_id(client: Client, watch: TopicWatcher, student: str) -> None:
    message_id, query_id = str(uuid4()), str(uuid4())
    client.ask(student, "Explain recursion", message_id=message_id, query_id=query_id)
    watch.answered(query_id)
    assert watch.database.stored(query_id).query["student_id"] == student
    assert watch.answers(message_id) == []


@pytest.mark.parametrize("same", ["bytes", "query id"])
def test_the_same_query_again_is_answered_and_counted_once(
    client: Client, watch: TopicWatcher, student: str, same: str
) -> None:
    message = envelope(
        student, "student.query.submitted", {"query_text": "Explain recursion", "query_id": str(uuid4())}
    )
    repeat = message if same == "bytes" else message | {"message_id": str(uuid4()), "trace_id": str(uuid4())}
    client.send("student-queries", student, message)
    client.send("student-queries", student, repeat)
    after = client.ask(student, "What is a loop?")  # answered in order, so after what the repeat might have brought
    watch.answered(after)
    assert len(watch.answers(message["payload"]["query_id"])) == 1
    watch.processed(*watch.on("student-queries", student))
    assert progress(watch, student, 2).payload["progress"]["total_queries"] == 2
    assert [row["total_queries"] for row in standings(watch, student, 2)] == [2]


def test_an_inactive_student_gets_a_failed_response(client: Client, watch: TopicWatcher, student: str) -> None:
    tell(client, watch, student, active=False)
    query_id = client.ask(student, "Explain recursion")
    failed = watch.failure(query_id).payload
    assert (failed["failure"], failed["agent_name"]) == ("inactive", "router")
    stored = watch.database.stored(query_id, flow=2)
    assert (stored.query["status"], stored.query["failure_reason"]) == ("failed", failed["reason"])
    assert "not active" in failed["reason"]
    assert stored.responses == []
    assert stored.ways == [(1, "routing_decision", "triage", "concepts"), (2, "response", "router", "student")]
    in_need = watch.answered(client.ask(student, "I can't go on, I want to die"))
    assert in_need.payload["metadata"]["distress"] is True, "whoever is in need is not told about their account"
    tell(client, watch, student, active=True)
    watch.answered(client.ask(student, "Explain recursion"))


def test_an_enrolled_student_is_completed_by_a_profile(client: Client, watch: TopicWatcher, student: str) -> None:
    watch.database.stored(client.ask(student, "Explain recursion"))
    (enrolled,) = watch.database.rows("SELECT * FROM students WHERE student_id = $1", student)
    assert (enrolled["name"], enrolled["active"]) == (student, True)
    assert enrolled["email"].endswith("@students.invalid")
    email = f"{student}@example.com"
    tell(client, watch, student, name="Jane Doe", email=email, skill_level="advanced")
    (known,) = watch.database.rows("SELECT * FROM students WHERE student_id = $1", student)
    assert (known["name"], known["email"], known["skill_level"]) == ("Jane Doe", email, "advanced")


def test_the_profile_wins_over_what_the_producer_says_of_the_skill_level(
    client: Client, watch: TopicWatcher, student: str
) -> None:
    def level_in_request(claimed: str) -> str:
        query_id = client.ask(student, "Explain recursion", context={"skill_level": claimed})
        return str(request_of(watch, "concepts-requests", query_id).payload["profile"]["skill_level"])

    assert level_in_request("intermediate") == "intermediate"
    assert level_in_request("beginner") == "beginner"
    tell(client, watch, student, skill_level="advanced")
    assert level_in_request("beginner") == "advanced"


def test_progress_is_counted_and_said_in_words(client: Client, watch: TopicWatcher, student: str) -> None:
    for day, asked in enumerate(QUESTIONS[:4], start=3):
        payload = {"query_text": asked.text, **asked.payload}
        message = envelope(student, "student.query.submitted", payload) | {"timestamp": f"2026-01-0{day}T10:00:00Z"}
        client.send("student-queries", student, message)
    told = progress(watch, student, 4).payload["progress"]
    by_type = {"concepts": 1, "code_review": 1, "debug": 1, "exercise": 1}
    assert told["queries_by_type"] == by_type
    assert sorted(told["topics_covered"]) == ["functions", "list-indexing", "loops", "recursion"]
    assert told["last_activity"] == "2026-01-06T10:00:00Z"
    (row,) = standings(watch, student, 4)
    assert (row["total_queries"], json.loads(row["queries_by_type"])) == (4, by_type)
    assert row["topics_covered"] == told["topics_covered"]
    assert row["last_activity"] == datetime(2026, 1, 6, 10, tzinfo=UTC)
    query_id = client.ask(student, "How am I doing?")
    text = watch.answered(query_id).payload["response_text"]
    # The router may read before or after the learner has counted this question too.
    total = request_of(watch, "progress-requests", query_id).payload["standing"]["total_queries"]
    assert total in (4, 5)
    assert f"You have asked {total} questions" in text
    assert "recursion" in text


def test_questions_of_a_student_to_one_agent_are_answered_in_order(
    client: Client, watch: TopicWatcher, student: str
) -> None:
    asked = [str(uuid4()) for _ in range(30)]
    for number, query_id in enumerate(asked):
        payload = {"query_text": f"Explain recursion ({number})", "query_id": query_id}
        client.send_later("student-queries", student, envelope(student, "student.query.submitted", payload))
    client.producer.flush(20)
    answers = watch.wait("agent-responses", lambda seen: seen.key == student.encode(), count=30)
    assert [seen.payload["query_id"] for seen in answers] == asked


def test_the_last_turns_travel_with_a_follow_up(client: Client, watch: TopicWatcher, student: str) -> None:
    first = client.ask(student, "Explain recursion")
    answer = watch.answered(first)
    watch.processed(answer)
    second = client.ask(student, "Give me an exercise on loops")
    (turn,) = request_of(watch, "exercise-requests", second).payload["turns"]
    assert (turn["query_id"], turn["agent"], turn["topic"]) == (first, "concepts", "recursion")
    assert turn["question"] == "Explain recursion"
    assert answer.payload["response_text"].startswith(turn["answer"])


def test_every_agent_sends_heartbeats(client: Client, watch: TopicWatcher, student: str) -> None:
    watch.answered(client.ask(student, "Explain recursion"))
    for agent in Agent:
        beats = watch.wait("agent-logs", lambda seen, agent=agent: beat_of(seen) == agent)  # type: ignore[misc]
        assert beats[0].payload["status"] in ("active", "idle")


@pytest.mark.parametrize("agent", ["triage", "router", "debug", "concepts"])
def test_what_agents_do_is_logged(client: Client, watch: TopicWatcher, student: str, agent: str) -> None:
    query_id = client.ask(student, INDEX_ERROR.text, **INDEX_ERROR.payload)
    (entry, *_) = watch.wait(
        "agent-logs", lambda seen: (seen.payload.get("query_id"), seen.payload.get("agent_name")) == (query_id, agent)
    )
    assert entry.event["event_type"] == "agent.activity.logged"
    assert entry.key == student.encode()
    assert entry.payload["duration_ms"] >= 0


@pytest.mark.parametrize("probe", ["live", "ready"])
def test_probes_answer_on_this_machine_only(running: Systems, probe: str) -> None:
    for worker in running.workers:
        status, body = get(f"{worker.web}/{probe}")
        assert (status, json.loads(body)[probe]) == (200, True)
        with pytest.raises(urllib.error.URLError, match="refused"):
            get(f"{worker.web.replace('127.0.0.1', '127.0.0.2')}/{probe}")


@pytest.mark.parametrize("view", ["router", "stats", "graph"])
def test_fausts_own_views_are_not_served(running: Systems, view: str) -> None:
    for worker in running.workers:
        assert get(f"{worker.web}/{view}/")[0] == 404
        assert get(f"{worker.web}/{view}")[0] == 404
