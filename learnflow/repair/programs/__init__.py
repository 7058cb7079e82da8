"""What runs many variants of a program inside of the sandbox, for each language; none of it is imported."""
