"""Faults that raise an error, seen in the code without running it: gathered by `python`, and by `braces` for others."""
