"""How the agents are doing: rules over their heartbeats, their offsets and their logs. No clock, no I/O."""
