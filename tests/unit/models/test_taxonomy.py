"""The taxonomy: complete, acyclic, and each name belongs to one topic."""

from collections import Counter
from graphlib import TopologicalSorter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from learnflow.models import taxonomy
from learnflow.models.fields import TopicKey
from learnflow.models.taxonomy import GENERAL, TOPICS
from learnflow.models.vocabulary import SkillLevel

NAMED_IN_THE_DATA_MODEL = ("variables", "loops", "functions", "lists", "recursion", "object-oriented-programming",
                           "list-indexing")  # fmt: skip


def test_there_are_at_least_26_topics_with_valid_keys() -> None:
    assert len(TOPICS) >= 26
    for key, topic in TOPICS.items():
        assert TypeAdapter(TopicKey).validate_python(key) == key == topic.key
    assert GENERAL not in TOPICS


@pytest.mark.parametrize("key", NAMED_IN_THE_DATA_MODEL)
def test_the_topics_of_the_data_model_are_there(key: str) -> None:
    assert key in TOPICS


def test_prerequisites_exist_and_are_acyclic() -> None:
    graph = {key: topic.prerequisites for key, topic in TOPICS.items()}
    assert {name for names in graph.values() for name in names} <= set(TOPICS)
    assert len(tuple(TopologicalSorter(graph).static_order())) == len(TOPICS)


def test_a_topic_is_never_easier_than_what_comes_before_it() -> None:
    order = list(SkillLevel)
    for topic in TOPICS.values():
        for before in topic.prerequisites:
            assert order.index(TOPICS[before].difficulty) <= order.index(topic.difficulty), (topic.key, before)


def test_no_name_belongs_to_two_topics() -> None:
    names = Counter(name for topic in TOPICS.values() for name in {topic.key, *topic.aliases})
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("loops", "loops"),
        ("For Loop", "loops"),
        ("  while_loops ", "loops"),
        ("OOP", "object-oriented-programming"),
        ("Object-oriented programming", "object-oriented-programming"),
        ("IndexError", "list-indexing"),
        ("Big O", "complexity"),
        ("dict", "dictionaries"),
        ("general", GENERAL),
        ("cookery", GENERAL),
        ("", GENERAL),
        ("🙂", GENERAL),
    ],
)
def test_lookup(name: str, key: str) -> None:
    assert taxonomy.lookup(name) == key


@given(st.text())
def test_lookup_knows_only_topics(name: str) -> None:
    assert taxonomy.lookup(name) in {*TOPICS, GENERAL}


def test_difficulties_are_the_topics_own_and_those_beside_it() -> None:
    assert taxonomy.difficulties("loops") == (SkillLevel.BEGINNER, SkillLevel.INTERMEDIATE)
    assert taxonomy.difficulties("recursion") == tuple(SkillLevel)
    assert taxonomy.difficulties("decorators") == (SkillLevel.INTERMEDIATE, SkillLevel.ADVANCED)
    assert taxonomy.difficulties(GENERAL) == tuple(SkillLevel)
    assert taxonomy.difficulties("cookery") == tuple(SkillLevel)


def test_prerequisites() -> None:
    assert taxonomy.prerequisites("list-indexing") == ("lists",)
    assert taxonomy.prerequisites("variables") == ()
    assert taxonomy.prerequisites(GENERAL) == ()
