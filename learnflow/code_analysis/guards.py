"""Where Python may raise an error on purpose, or may never come to it: no fault is claimed there without the error."""

import ast

from learnflow.code_analysis.python_tree import PythonTree, covers, loaded

_LEAVING = (ast.Return, ast.Raise, ast.Continue, ast.Break)


def is_guarded(tree: PythonTree, line: int) -> bool:
    """Say whether a line stands in a `try`, or behind a condition on one of its names."""
    names = {node.id for node in tree.of(ast.Name) if node.lineno == line}
    return tree.is_tried(line) or any(_is_behind(node, line, names) for node in tree.nodes)


def _is_behind(node: ast.AST, line: int, names: set[str]) -> bool:
    match node:
        case ast.If(test=test, body=body, orelse=orelse) if names & loaded(test):
            leaves = isinstance(body[-1], _LEAVING) and node.lineno < line
            return leaves or covers([*body, *orelse], line)
        case ast.While(test=test, body=body) if names & loaded(test):
            return covers(body, line)
        case ast.Assert(test=test):
            return node.lineno < line and bool(names & loaded(test))
        case ast.BoolOp() | ast.IfExp() | ast.Match():
            return node.lineno <= line <= (node.end_lineno or node.lineno)
    return False
