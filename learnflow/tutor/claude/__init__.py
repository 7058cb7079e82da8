"""The tutor that asks Claude: what it is told, and what is made of its answers."""
