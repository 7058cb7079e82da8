"""Causes of wrong results, which raise no error: seen in the code by `seen`, or made likely by a complaint.

`python` and `braces` gather the checks of their languages; `slips` has those that a pattern shows, kept as data.
"""
