"""Whether a student struggles with a topic, how much, and what of it is announced. No clock, no I/O."""
