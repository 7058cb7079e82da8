"""The rules on students' code, each with its condition, message, topic and examples in one place.

A module declares those whose condition reads the tree, a TOML file those that a pattern or a linter finds; what stands
here is for several languages.
"""
