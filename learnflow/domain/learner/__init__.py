"""What observations of a student add up to, whatever order they arrive in. No clock, no I/O."""
