"""Goroutines and channels: who waits for whom, and what they change together."""

import re
from collections.abc import Iterator
from typing import Final

from tree_sitter import Node

from learnflow.code_analysis.rule import GO, Match, in_function, rule
from learnflow.code_analysis.syntax_tree import FUNCTIONS, SyntaxTree, around, kind, line, names, of, part, text
from learnflow.domain.phrasing import one_line

CHANGES: Final = ("assignment_statement", "inc_statement", "dec_statement")
_WAITS: Final = ("<-", "select", "range ", "for {")
_PRINTS: Final = re.compile(r"(?:fmt\.(?:Print|Sprint)\w*|print(?:ln)?)$")
_ENDS: Final = ("break_statement", "return_statement")


@rule(
    "nobody-receives", GO, topic="concurrency", explains=("go-deadlock",),
    message="`{name}` is unbuffered, so this send waits until another goroutine receives; there is none, the receiver comes only after it: a deadlock.",
    fix="Send from a goroutine of its own, `{change}`, or give the channel room: `make(chan ..., 1)`.",
    beneath="An unbuffered channel hands a value over: sender and receiver meet, and whoever comes first waits.",
    examples=(
        in_function(GO, "c := make(chan int)\n\tc <- 1\n\tprintln(<-c)",
                    "c := make(chan int, 1)\n\tc <- 1\n\tprintln(<-c)"),
    ),
)  # fmt: skip
def nobody_receives(tree: SyntaxTree) -> Iterator[Match]:
    for name, value, declaration in tree.given:
        made = text(value).replace(" ", "")
        use = next((use for use in tree.uses.get(name, ()) if use.start_byte > declaration.end_byte), None)
        send = around(use, "send_statement")
        if send is None or not made.startswith("make(chan") or "," in made:
            continue
        first = part(send, "channel") == use  # another use before may hand the channel to its receiver
        apart = around(send, "go_statement", "func_literal", "communication_case")
        if first and not apart and text(part(around(send, *FUNCTIONS), "name")) == "main":
            yield Match(line(send), {"name": name, "change": f"go func() {{ {one_line(text(send))} }}()"})


@rule(
    "never-closed", GO, topic="concurrency", explains=("go-deadlock",),
    message="`range {name}` ends only when the channel is closed, and nothing closes it: after the last value the loop waits for good, a deadlock.",
    fix="Let the sender call `close({name})` when all is sent.",
    beneath="A receiver cannot know that no more comes; `close` tells all of them, and only the sender should do so.",
    examples=(
        in_function(GO, "c := make(chan int)\n\tgo func() { c <- 1 }()\n\tfor v := range c { println(v) }",
                    "c := make(chan int)\n\tgo func() { c <- 1; close(c) }()\n\tfor v := range c { println(v) }"),
        in_function(GO, "c := make(chan int)\n\tgo func() { c <- 1 }()\n\tfor v := range c { println(v) }",
                    "c := make(chan int)\n\tgo func() { for { c <- 1 } }()\n\tfor v := range c {\n\t\tif v > 3 { break }\n\t}"),
    ),
)  # fmt: skip
def never_closed(tree: SyntaxTree) -> Iterator[Match]:
    channels = {name for name, value, _ in tree.given if "make(chan" in text(value)}
    for clause in tree.of("range_clause"):
        loop, name = around(clause, "for_statement"), text(part(clause, "right"))
        in_main_function = text(part(around(clause, *FUNCTIONS), "name")) == "main"  # a worker may wait for good
        leaves = loop is None or any(of(loop, *_ENDS)) or "os.Exit" in text(loop) or f"Notify({name}" in tree.code
        if in_main_function and name in channels and "close(" not in tree.code and not leaves:
            yield Match(line(clause), {"name": name})


@rule(
    "not-waited", GO, nodes=("function_declaration",), topic="concurrency",
    message="`main` does not wait for what `{name}` starts: when `main` returns, the program ends, with all goroutines in the middle of their work.",
    fix="Wait: with a `sync.WaitGroup` (`Add`, `defer Done`, `Wait`), or by receiving from a channel.",
    beneath="Goroutines are no children of who started them; only the end of `main` counts.",
    examples=(in_function(GO, "go f()", "go f()\n\twg.Wait()"),),
)  # fmt: skip
def not_waited(_: SyntaxTree, function: Node) -> Iterator[Match]:
    started = list(of(function, "go_statement"))
    if text(part(function, "name")) != "main" or not started:
        return
    rest = text(function)
    for goroutine in started:
        rest = rest.replace(text(goroutine), "")
    later = (call for call in of(function, "call_expression") if call.start_byte > started[0].end_byte)
    calls = (call for call in later if around(call, "go_statement") is None)
    only_prints = all(_PRINTS.match(text(part(call, "function"))) for call in calls)  # any other may wait
    if only_prints and not any(sign in rest for sign in _WAITS):
        yield Match(line(started[0]), {"name": one_line(text(started[0]).partition("{")[0])})


@rule(
    "raced", GO, nodes=("go_statement",), once=True, topic="concurrency",
    message="many goroutines change `{name}` at once (a data race): each reads the old value and writes its own, so changes get lost, and the result differs from run to run.",
    fix="Guard it by a `sync.Mutex` (`mu.Lock()` before, `mu.Unlock()` after), or count with `atomic.AddInt64`. `go run -race` shows it.",
    beneath="`{name}++` is a read, an addition and a write; without synchronisation they interleave, and the memory model promises nothing.",
    examples=(
        in_function(GO, "n := 0\n\tfor i := 0; i < 9; i++ { go func() { n++ }() }\n\twg.Wait()",
                    "n := 0\n\tfor i := 0; i < 9; i++ { go func() { mu.Lock(); n++; mu.Unlock() }() }\n\twg.Wait()"),
        in_function(GO, "n := 0\n\tfor i := 0; i < 9; i++ { go func() { n++ }() }\n\twg.Wait()",
                    "for i := 0; i < 9; i++ {\n\t\tn := i\n\t\tgo func() { n++; _ = f(n) }()\n\t}\n\twg.Wait()"),
    ),
)  # fmt: skip
def raced(_: SyntaxTree, goroutine: Node) -> Iterator[Match]:
    loop, code = around(goroutine, "for_statement"), text(goroutine)
    literal = part(next(of(goroutine, "call_expression"), None), "function")
    if loop is None or kind(literal) != "func_literal":
        return
    alone = text(loop).replace(code, "")
    if ".Lock()" in code or "atomic." in code or "<-" in text(loop) or ".Wait()" in alone or ".Do(" in code:
        return
    declarations = of(loop, "short_var_declaration", "parameter_declaration", "var_spec")
    own = {name for declaration in declarations for name in names(declaration)}
    for change in of(literal, *CHANGES):
        target = text(part(change, "left") or change.named_children[0])
        if target.isidentifier() and target not in {*own, "_"}:
            yield Match(line(change), {"name": target})


@rule(
    "counted-too-late", GO, nodes=("go_statement",), topic="concurrency",
    message="`{name}.Add(1)` runs only when the goroutine does, so `Wait` may come first, see a count of 0, and not wait at all.",
    fix="Call `{name}.Add(1)` before the `go` statement.",
    beneath="A WaitGroup is a counter; `Wait` returns whenever it is 0, at the beginning too.",
    examples=(
        in_function(GO, "go func() {\n\t\twg.Add(1)\n\t\twg.Done()\n\t}()\n\twg.Wait()",
                    "wg.Add(1)\n\tgo func() {\n\t\twg.Done()\n\t}()\n\twg.Wait()"),
    ),
)  # fmt: skip
def counted_too_late(_: SyntaxTree, goroutine: Node) -> Iterator[Match]:
    if len(list(of(goroutine, "go_statement"))) > 1:  # which this one may count
        return
    for call in of(goroutine, "call_expression"):
        name, method = text(part(call, "function")).rpartition(".")[::2]
        if method == "Add" and text(part(call, "arguments")) == "(1)" and name.isidentifier():
            yield Match(line(call), {"name": name})
