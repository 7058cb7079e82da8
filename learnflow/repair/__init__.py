"""Finds the line behind a failing test case: small edits of a program, run until some meet what is expected."""
