"""How well a student knows a topic: a probability, and the level that a teacher sees. No clock, no I/O."""
