"""How Claude is asked: what is said and comes back, within which limits, and what it costs."""
