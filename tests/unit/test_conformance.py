"""docs/conformance.md is fresh, its tests exist, and it has each statement of the data model."""

from collections import Counter

import pytest

from tests.support.conformance import DATA_MODEL, PAGE, TABLE, functions, page, rows, statements, titles


def test_the_page_is_as_the_table_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.support.conformance"


def test_every_statement_has_tests_and_they_exist() -> None:
    listed = rows()
    assert [row.name for row in listed if not row.tests] == []
    named = {test for row in listed for test in row.tests}
    assert {test for test in named if test.partition("::")[2] not in functions(test.partition("::")[0])} == set()


def test_a_test_that_does_not_exist_would_be_noticed() -> None:
    assert "test_a_test_that_does_not_exist_would_be_noticed" in functions("tests/unit/test_conformance.py")
    assert "test_nothing" not in functions("tests/unit/test_conformance.py")
    assert functions("tests/unit/test_of_nothing.py") == frozenset()


def test_no_statement_comes_twice() -> None:
    assert [where for where, count in Counter((row.section, row.name) for row in rows()).items() if count > 1] == []


def test_no_statement_is_without_a_word() -> None:
    assert [(row.section, row.name) for row in rows() if not row.says.strip() or row.differs == ""] == []
    assert set(titles()) == {row.section for row in rows()}


DATA_MODEL_IN_SHORT = """
## 1. Overview

- **Kafka**: events

### 2.1 Thing

**Storage**: PostgreSQL (`things` table)

| Field | Type | Constraints | Description |
|-------|------|-------------|-------------|
| `thing_id` | UUID | PRIMARY KEY | Its id |

**State Transitions**:
```
new → old
```

**Validation Rules**:
- `thing_id` must be new

```sql
CREATE INDEX idx_thing ON things(thing_id);
```

## 3. Database

### 3.1 Schema

```sql
CREATE TABLE things (
    thing_id UUID PRIMARY KEY,
    CHECK (thing_id <> 'x')
);
CREATE INDEX idx_thing ON things(thing_id);
CREATE TRIGGER new_thing
    BEFORE INSERT ON things
```

## 4. Keys

### 5.1 Topics

| `things` | 12 | 3 | 7 days | Things |

## 7. Summary

| Thing | `thing_id` valid, `name` not empty |

## Conclusion

- no statement
"""


def test_statements_are_read_out_of_a_data_model() -> None:
    found = [(each.section, each.name, each.quoted) for each in statements(DATA_MODEL_IN_SHORT)]
    assert found == [
        ("1", "point 1", ()),
        ("2.1", "storage", ("things",)),
        ("2.1", "`thing_id`", ("UUID: PRIMARY KEY",)),
        ("2.1", "transitions", ("new", "old")),
        ("2.1", "rule 1", ("thing_id",)),
        ("2.1", "`idx_thing`", ("things(thing_id)",)),
        ("5.1", "`things`", ("12 partitions, replication 3, 7 days",)),
        ("7", "Thing 1", ("thing_id",)),
        ("7", "Thing 2", ("name",)),
        ("3.1", "`things.thing_id`", ("UUID PRIMARY KEY",)),
        ("3.1", "`things`", ("(thing_id <> 'x')",)),
        ("3.1", "`idx_thing`", ("things(thing_id)",)),
        ("3.1", "`new_thing`", ("BEFORE INSERT ON things",)),
    ]


def test_every_statement_of_the_data_model_is_in_a_row_that_quotes_it() -> None:
    if not DATA_MODEL.is_file():
        pytest.skip("the data model is not beside this repository")
    said = {(row.section, row.name): row.says for row in rows()}
    stated = list(statements(DATA_MODEL.read_text(encoding="utf-8")))
    assert len(stated) > 300
    for each in stated:
        where = (each.section, each.name)
        assert where in said, f"{where} is in no row of {TABLE.name}"
        assert [text for text in each.quoted if text not in said[where]] == [], where
    assert set(said) - {(each.section, each.name) for each in stated} == {("5.2", "message schemas")}
