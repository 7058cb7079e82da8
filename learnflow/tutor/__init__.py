"""What answers students: an interface, those who implement it, and what they share."""
