"""Statements: assignment, branches, loops, definitions, and the ways out of a block."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext

import libcst as cst

from lstmlint.interpret.arithmetic import arithmetic
from lstmlint.interpret.assignment import assign
from lstmlint.interpret.calls import call_library
from lstmlint.interpret.conditions import decide
from lstmlint.interpret.definitions import define_class, define_function
from lstmlint.interpret.discards import note_discard
from lstmlint.interpret.expectations import expects_difference, expects_trouble, in_difference, in_trouble
from lstmlint.interpret.growth import Growth, forget, growth
from lstmlint.interpret.iteration import UNROLLED, elements
from lstmlint.interpret.joins import join
from lstmlint.interpret.loops import rounds
from lstmlint.interpret.narrowing import narrow
from lstmlint.interpret.patterns import bind_pattern, matches
from lstmlint.interpret.registry import Call
from lstmlint.interpret.run import LOOPS, STATEMENTS, Run, handles, join_heaps
from lstmlint.interpret.scope import Flow, Frame
from lstmlint.interpret.torch.gradients import is_unrecorded
from lstmlint.interpret.versions import ask, note_attempt
from lstmlint.values import NONE, ListRef, Value, assumption
from lstmlint.world import Heap


@handles(STATEMENTS, cst.SimpleStatementLine, cst.SimpleStatementSuite, cst.IndentedBlock, cst.Else, cst.Finally)
def _block(run: Run, frame: Frame, node: cst.SimpleStatementLine | cst.IndentedBlock) -> Flow:
    body = node.body.body if isinstance(node, (cst.Else, cst.Finally)) else node.body
    return run.execute(frame, body)


@handles(STATEMENTS, cst.Expr)
def _expression(run: Run, frame: Frame, node: cst.Expr) -> Flow:
    with in_difference(run, frame, node.value) if expects_difference(node.value) else nullcontext():
        run.evaluate(frame, node.value)
    note_discard(run, frame, node.value)
    return Flow.NEXT


@handles(STATEMENTS, cst.Assign)
def _assign(run: Run, frame: Frame, node: cst.Assign) -> Flow:
    value = _value_for(run, frame, node.targets[0].target, node.value)
    for target in node.targets:
        assign(run, frame, target.target, value)
    return Flow.NEXT


def _value_for(run: Run, frame: Frame, target: cst.BaseExpression, value: cst.BaseExpression) -> Value:
    """The value of an assignment; layers built on the way learn the name they are bound to."""
    assert frame.unit is not None
    before = run.world.target
    run.world.target = frame.unit.text(target) if isinstance(target, (cst.Name, cst.Attribute)) else ""
    found = run.evaluate(frame, value)
    run.world.target = before
    return found


@handles(STATEMENTS, cst.AnnAssign)
def _annotated(run: Run, frame: Frame, node: cst.AnnAssign) -> Flow:
    if node.value is not None:
        assign(run, frame, node.target, _value_for(run, frame, node.target, node.value))
    elif isinstance(node.target, cst.Name) and frame.context[:1] == ("class",):
        frame.variables[node.target.value] = run.world.unknown("field", frame.context, node.target.value)
    return Flow.NEXT


@handles(STATEMENTS, cst.AugAssign)
def _augmented(run: Run, frame: Frame, node: cst.AugAssign) -> Flow:
    target, value = run.evaluate(frame, node.target), run.evaluate(frame, node.value)
    if isinstance(target, ListRef) and isinstance(node.operator, cst.AddAssign):
        call_library(run, "list.extend", Call("list.extend", (target, value), {}, run.at(frame, node)))
        return Flow.NEXT
    operator = type(node.operator).__name__.removesuffix("Assign")
    assign(run, frame, node.target, arithmetic(run, frame, node, operator, target, value))
    return Flow.NEXT


@handles(STATEMENTS, cst.Del)
def _delete(run: Run, frame: Frame, node: cst.Del) -> Flow:
    """`del items[0]`: what is left of the list is not followed."""
    targets = [part.value for part in node.target.elements] if isinstance(node.target, cst.Tuple) else [node.target]
    for target in targets:
        owner = run.evaluate(frame, target.value) if isinstance(target, cst.Subscript) else None
        if isinstance(owner, ListRef):
            run.world.set_items(owner, run.world.items(owner), True)
    return Flow.NEXT


@handles(STATEMENTS, cst.Return)
def _return(run: Run, frame: Frame, node: cst.Return) -> Flow:
    value = NONE if node.value is None else run.evaluate(frame, node.value)
    frame.returns.append((run.world.path, value))
    return Flow.STOP


@handles(STATEMENTS, cst.Raise)
def _raise(run: Run, frame: Frame, node: cst.Raise) -> Flow:
    return Flow.STOP


@handles(STATEMENTS, cst.Break)
def _break(run: Run, frame: Frame, node: cst.Break) -> Flow:
    return Flow.BREAK


@handles(STATEMENTS, cst.Continue)
def _continue(run: Run, frame: Frame, node: cst.Continue) -> Flow:
    return Flow.CONTINUE


@handles(STATEMENTS, cst.Global, cst.Nonlocal)
def _global(run: Run, frame: Frame, node: cst.Global | cst.Nonlocal) -> Flow:
    if isinstance(node, cst.Global):
        frame.globals.update(name.name.value for name in node.names)
    return Flow.NEXT


@handles(STATEMENTS, cst.Assert)
def _assert(run: Run, frame: Frame, node: cst.Assert) -> Flow:
    with in_difference(run, frame, node.test) if expects_difference(node.test) else nullcontext():
        verdict, key = decide(run, frame, node.test)
    _learn_from_assert(run, frame, node.test)
    if verdict is None:
        run.world.path = run.world.path | {assumption(key, True)}
    return Flow.NEXT


def _learn_from_assert(run: Run, frame: Frame, test: cst.BaseExpression) -> None:
    """`assert x.dim() == 2` tells the rank of x."""
    if not isinstance(test, cst.Comparison) or not isinstance(test.comparisons[0].operator, cst.Equal):
        return
    call = test.left
    if isinstance(call, cst.Call) and isinstance(call.func, cst.Attribute) and call.func.attr.value == "dim":
        subject = call.func.value
    elif isinstance(call, cst.Attribute) and call.attr.value == "ndim":
        subject = call.value
    else:
        return
    rank = test.comparisons[0].comparator
    if isinstance(rank, cst.Integer):
        run.world.tensor(run.evaluate(frame, subject), int(rank.value))


@handles(STATEMENTS, cst.If)
def _if(run: Run, frame: Frame, node: cst.If) -> Flow:
    verdict, key = ask(run, frame, node.test)

    def then() -> Flow:
        return run.execute(frame, [node.body])

    def otherwise() -> Flow:
        return Flow.NEXT if node.orelse is None else run.execute(frame, [node.orelse])

    def narrowed(taken: bool, branch: Callable[[], Flow]) -> Flow:
        narrow(run, frame, node.test, taken)
        return branch()

    under = run.world.under
    run.world.under = (*under, _text(frame, node.test))
    try:
        if verdict is not None:
            return then() if verdict else otherwise()
        return run.branch(frame, key, lambda: narrowed(True, then), lambda: narrowed(False, otherwise))
    finally:
        if not _leaves(node.body):
            run.world.under = under


def _leaves(body: cst.BaseSuite) -> bool:
    """True where a block ends the function: all that follows is under the condition that it was not taken."""
    last = body.body[-1] if body.body else None
    inner = last.body[-1] if isinstance(last, cst.SimpleStatementLine) else last
    return isinstance(inner, (cst.Return, cst.Raise))


def _text(frame: Frame, node: cst.CSTNode) -> str:
    assert frame.unit is not None
    return frame.unit.text(node)


@handles(STATEMENTS, cst.For)
def _for(run: Run, frame: Frame, node: cst.For) -> Flow:
    source = run.evaluate(frame, node.iter)
    items, closed = elements(run, source, run.at(frame, node.iter))
    around, room = run.elements, run.room
    is_short = closed and len(items) <= min(UNROLLED, room)
    taken = items if is_short else items[: min(2 if closed else UNROLLED, room)]
    run.elements = around * max(1, len(taken))
    before = run.world.length_of(source) if isinstance(source, ListRef) else None
    try:
        with (
            rounds(run.world, _text(frame, node.iter), source) as turn,
            growth(run, frame, node, source, is_short) as grown,
        ):
            if is_short:
                return _unrolled(run, frame, node, taken, turn)

            def body(is_again: bool) -> Flow:
                """What is known one by one comes once; what follows is as the last of it."""
                return _sample(run, frame, node, taken[-1:] if is_again else taken, turn, grown)

            return _repeated(run, frame, body)
    finally:
        run.elements = around
        if isinstance(source, ListRef) and run.world.length_of(source) != before:  # changed while it was gone through
            run.world.set_items(source, run.world.items(source), True)


def _sample(run: Run, frame: Frame, node: cst.For, items: list[Value], turn: Callable[[], None], grown: Growth) -> Flow:
    for item in items:
        turn()
        assign(run, frame, node.target, item)
        flow = run.execute(frame, [node.body])
        grown.note(flow is Flow.NEXT)
        if flow in (Flow.BREAK, Flow.STOP):
            return flow
    return Flow.NEXT


def _unrolled(run: Run, frame: Frame, node: cst.For, items: list[Value], turn: Callable[[], None]) -> Flow:
    path = run.world.path
    for item in items:
        turn()
        assign(run, frame, node.target, item)
        flow = run.execute(frame, [node.body])
        if flow is Flow.STOP:
            return flow
        if flow is Flow.BREAK:
            return Flow.NEXT
        run.world.path = path
    return Flow.NEXT if node.orelse is None else run.execute(frame, [node.orelse])


def _repeated(run: Run, frame: Frame, body: Callable[[bool], Flow]) -> Flow:
    """A loop of unknown length: one round, and one more if it carries anything over; `body` is told which it is.

    Whatever the last round does may not happen. The loops inside are run once in a second round, which is there to see
    what comes over from the first: two rounds of each in each would cost twice as much for every loop around.
    """
    world, around = run.world, run.loops
    path = world.path
    is_once = around >= LOOPS or run.room == 1
    for is_last in (True,) if is_once else (False, True):
        variables, heap = dict(frame.variables), world.heap
        world.heap = Heap(heap)
        run.loops = LOOPS if is_last else around + 1
        try:
            flow = body(is_last and not is_once)
        finally:
            run.loops = around
        world.path = path
        if flow is Flow.STOP:
            frame.variables, world.heap = variables, heap
            return Flow.NEXT
        if not is_last and not _carries(variables, frame.variables, heap, world.heap):
            world.heap = heap.followed_by(world.heap)
            return Flow.NEXT
        if is_last:
            frame.variables = {
                name: join(world, path, variables.get(name), path, value) for name, value in frame.variables.items()
            }
            world.heap = join_heaps(world, path, Heap(heap), path, world.heap)
        world.heap = heap.followed_by(world.heap)
    return Flow.NEXT


def _carries(before: dict[str, Value], after: dict[str, Value], heap: Heap, later: Heap) -> bool:
    """True where a round changed something that was there before it."""
    return any(after.get(name) != value for name, value in before.items()) or any(
        address in heap and later.get(address) is not heap[address] for address in later.touched
    )


@handles(STATEMENTS, cst.While)
def _while(run: Run, frame: Frame, node: cst.While) -> Flow:
    verdict, _ = decide(run, frame, node.test)
    if verdict is False:
        return Flow.NEXT
    with rounds(run.world, _text(frame, node.test)) as turn:

        def body(_is_again: bool) -> Flow:
            turn()
            return run.execute(frame, [node.body])

        with growth(run, frame, node):
            return _repeated(run, frame, body)


@handles(STATEMENTS, cst.With)
def _with(run: Run, frame: Frame, node: cst.With) -> Flow:
    for item in node.items:
        value = run.evaluate(frame, item.item)
        if item.asname is not None:
            assign(run, frame, item.asname.name, value)
    recording = run.world.recording
    run.world.recording = recording and not any(is_unrecorded(_text(frame, item.item)) for item in node.items)
    with in_trouble(run) if any(expects_trouble(item.item) for item in node.items) else nullcontext():
        flow = run.execute(frame, [node.body])
    run.world.recording = recording
    return flow


@handles(STATEMENTS, cst.Try, cst.TryStar)
def _try(run: Run, frame: Frame, node: cst.Try) -> Flow:
    key = ("try", id(node), frame.context)
    note_attempt(run, node, key)

    def normal() -> Flow:
        flow = run.execute(frame, [node.body])
        return run.execute(frame, [node.orelse]) if flow is Flow.NEXT and node.orelse is not None else flow

    def handled() -> Flow:
        forget(run, frame, node.body)
        flows = [run.execute(frame, [handler.body]) for handler in node.handlers]
        return Flow.NEXT if Flow.NEXT in flows or not flows else flows[0]

    flow = run.branch(frame, key, normal, handled) if node.handlers else normal()
    if node.finalbody is not None:
        last = run.execute(frame, [node.finalbody])
        flow = last if last is not Flow.NEXT else flow
    return flow


@handles(STATEMENTS, cst.Match)
def _match(run: Run, frame: Frame, node: cst.Match) -> Flow:
    subject = run.evaluate(frame, node.subject)
    under, text = run.world.under, _text(frame, node.subject)

    def case(number: int) -> Flow:
        run.world.under = under
        if number >= len(node.cases):
            return Flow.NEXT
        tried = node.cases[number]
        verdict, key = matches(run, frame, tried.pattern, subject)

        def taken() -> Flow:
            bind_pattern(run, frame, tried.pattern, subject)
            run.world.under = (*under, f"{text} case {_text(frame, tried.pattern)}")
            return run.execute(frame, [tried.body]) if tried.guard is None else guarded(tried.guard, tried.body)

        def guarded(guard: cst.BaseExpression, body: cst.BaseSuite) -> Flow:
            def narrowed() -> Flow:
                narrow(run, frame, guard, True)
                return run.execute(frame, [body])

            answer, asked = ask(run, frame, guard)
            if answer is not None:
                return narrowed() if answer else case(number + 1)
            return run.branch(frame, asked, narrowed, lambda: case(number + 1))

        if verdict is not None:
            return taken() if verdict else case(number + 1)
        return run.branch(frame, key, taken, lambda: case(number + 1))

    try:
        return case(0)
    finally:
        run.world.under = under


@handles(STATEMENTS, cst.FunctionDef)
def _function(run: Run, frame: Frame, node: cst.FunctionDef) -> Flow:
    frame.variables[node.name.value] = define_function(run, frame, node)
    return Flow.NEXT


@handles(STATEMENTS, cst.ClassDef)
def _class(run: Run, frame: Frame, node: cst.ClassDef) -> Flow:
    frame.variables[node.name.value] = define_class(run, frame, node)
    return Flow.NEXT
