"""Names in a student's Python that have a value, but only inside of another function."""

import ast
import symtable
from collections.abc import Iterator

from learnflow.code_analysis.python_tree import Fault, PythonTree


def elsewhere_local(tree: PythonTree) -> Iterator[Fault]:
    """Yield the names that are read where only another function knows them."""
    try:
        top = symtable.symtable("\n".join(tree.lines), "code", "exec")
    except SyntaxError:  # what only the compiler sees, such as a `nonlocal` without a function around it
        return
    if _returns_outside(tree.module):
        return  # a line that is not indented enough: it is that, and not the name
    scopes = list(_scopes(top))
    local = {
        symbol.get_name(): scope.get_name() for scope in scopes if scope.get_type() == "function"
        for symbol in scope.get_symbols() if symbol.is_local() and symbol.is_assigned() and not symbol.is_parameter()
    }  # fmt: skip
    known = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    known |= {symbol.get_name() for scope in scopes for symbol in scope.get_symbols() if symbol.is_declared_global()}
    known |= {scope.get_name() for scope in scopes}
    for scope in scopes:
        for symbol in scope.get_symbols():
            name = symbol.get_name()
            free = symbol.is_referenced() and symbol.is_global() and name in local
            if free and name not in known and local[name] != scope.get_name():
                yield Fault("python-name-error", _line(tree, name, scope), _says(name, local[name]))


def _returns_outside(tree: ast.Module) -> bool:
    functions = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
    within = {id(one) for function in functions for one in ast.walk(function)}
    return any(isinstance(one, ast.Return) and id(one) not in within for one in ast.walk(tree))


def _scopes(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _scopes(child)


def _line(tree: PythonTree, name: str, scope: symtable.SymbolTable) -> int:
    start = scope.get_lineno() if scope.get_type() == "function" else 0
    lines = enumerate(tree.lines[start:], start=start + 1)
    return next((number for number, line in lines if name in line and not line.lstrip().startswith("def ")), 1)


def _says(name: str, function: str) -> str:
    return (
        f"`{name}` gets its value inside of `{function}`, so it is local there and unknown here. Let `{function}` "
        f"return it, `{name} = {function}(...)`, and give it on as a parameter where it is needed."
    )
