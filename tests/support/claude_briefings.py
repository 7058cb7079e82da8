"""Messages to Claude as they should be, word for word."""

CODE = "arr = [1, 2, 3]\nprint(arr[5])"

CONCEPTS_TOLD = """# The student

- Level: beginner
- Learns best: visual
- Topic, as triage reads the question: Loops
- Solved there: nothing yet
- It builds on, and nothing is solved there yet: variables; conditionals
- So write for: beginner

# To be observed

- Triage was unsure what this asks for.
- Answer it yourself, whosever it may be: `belongs_to` is null.

# What the student writes

```
and why?
```"""

DEBUG_TOLD = f"""# What running the code showed

It ran by itself, without input and without files. It ended with an error.

The error:

```
IndexError: list index out of range
line 2: print(arr[5])
```

The trace:

```
File "main.py", line 2, in <module>
```

It printed:

```
begin
```

# The student

- Level: not known
- Learns best: step-by-step
- Topic, as triage reads the question: List indexing
- Solved there: 20% (new)
- This topic is hard for the student now.
- It builds on, and is known: lists and arrays, 86% (mastered)
- So write for: beginner

# What the student writes

```
Why does it stop?
```

# The student's code, in python

```
{CODE}
```"""

REVIEW_TOLD = """# What a linter found

```
line 2, E711: {remark}
```

What it is worth: a linter's view.

# What running the code showed

It ran by itself, without input and without files. It ended without an error.

It printed nothing.

# The student

- Level: not known
- Learns best: step-by-step

# Open exercises of the student, not to be solved

```
Common divisor

{problem}
```

# What the student writes

```
Is this good?
```

# The student's code, in python

```
x = 1
if x == None:
    print(x)
```"""

PROGRESS_TOLD = """# The figures

```
You have mastered 1 topic: lists and arrays (86%). You have begun list indexing (20%).
You struggle with list indexing (20%) at the moment.
You have completed 2 exercises.
You have asked 4 questions: 4\N{MULTIPLICATION SIGN} to find an error.
Learn next: list indexing. You struggle with it: you are at 20% (new). What it builds on is in place: lists and arrays \
at 86% (mastered). Just ask: "Explain list indexing" or "Give me an exercise on list indexing".
After that: variables. It is new to you and it needs nothing before it.
After that: tuples. It is new to you and what it builds on is in place: lists and arrays at 86% (mastered).
```

# The student

- Level: not known
- Learns best: step-by-step

# What the student writes

```
How am I doing?
```"""
