"""Small readings of JavaScript's syntax tree."""

from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.syntax_tree import of, part, text

_FUNCTIONS: Final = ("function_declaration", "arrow_function", "function_expression", "method_definition")


def called_name(call: Node | None) -> str:
    """Return the last name of what is called."""
    function = part(call, "function")
    return text(part(function, "property")) or text(function)


def own_functions(tree: Node, *, later: bool) -> dict[str, Node]:
    """Return the functions of the code by name, those that are async or those that are not."""
    return {
        name: one for one in of(tree, *_FUNCTIONS)
        if text(one).startswith("async") == later and (name := text(part(one, "name") or part(one.parent, "name")))
    }  # fmt: skip
