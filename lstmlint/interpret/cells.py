"""LSTM cells that a program writes by hand: which cell state an output is computed from.

The equations are those of Hochreiter and Schmidhuber (1997) with the forget gate of Gers et al. (2000), as torch's
`LSTMCell` has them: c' = f * c + i * g and h' = o * tanh(c').
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import libcst as cst

from lstmlint.events import StaleOutput
from lstmlint.interpret.run import Run
from lstmlint.interpret.scope import Frame
from lstmlint.lean import dataclass
from lstmlint.syntax.parse import Unit

_SQUASHING = frozenset(("tanh", "activation", "_activation"))
"""What the function is called that the cell state goes through: Keras' and TensorFlow's cells have one of their own."""
_MARKS = (("tanh", "activation"), ("sigmoid", "activation"))
"""What stands in the source of every cell with gates: one of each."""
_PRODUCTS = frozenset(("mul", "multiply"))
_SUMS = frozenset(("add",))
_STATES = 2
"""The cell state and the hidden state: what is split into as many is a state, what is split into more is gates."""
_VARIABLE = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*|\[[^\[\]]*\])*")
_PART = re.compile(r"\.|\[")


_Identity = tuple[str, int]
"""A value that a variable got, by the variable and the number of the write."""


@dataclass(frozen=True, eq=False)
class _Step:
    """An expression that a block of statements computes, and the variable that gets it."""

    value: cst.BaseExpression
    reads: frozenset[str]
    identities: dict[str, _Identity]
    """What the variables held before, as far as they had been written in the block."""
    computed: frozenset[str]
    """The variables that had been computed in this block, and not only taken from others."""
    target: str = ""
    """The variable that gets the value; empty where it is returned or handed on."""

    def identity(self, variable: str) -> _Identity:
        """What a variable held before the step."""
        return self.identities.get(variable, (variable, 0))


def note_cell(run: Run, frame: Frame, node: cst.FunctionDef) -> None:
    """Tells of outputs that a function computes from the cell state before the update that stands beside them."""
    unit = frame.unit
    if unit is None or not all(any(mark in unit.parsed.source for mark in marks) for marks in _MARKS):
        return
    for block in _blocks(node.body):
        for output, old, update in _stale(unit, _steps(unit, block)):
            place = run.at(frame, output)
            run.world.emit(StaleOutput(place=place, old=old, new=update.target, update=unit.place(update.value)))


def _stale(unit: Unit, steps: Sequence[_Step]) -> Iterator[tuple[cst.BaseExpression, str, _Step]]:
    """Outputs of an old cell state, with the name of the state and its update."""
    outputs = [(step, cell) for step in steps if (cell := _output_of(unit, step))]
    for number, update in enumerate(steps):
        old = _cells(unit, update)
        late = [(step, cell) for step, cell in outputs if step.identity(cell) in old and _sees_the_same(step, update)]
        is_fresh = any(cell == update.target for step, cell in outputs if (step, cell) not in late)
        if len(late) == 1 and not is_fresh and _is_kept(number, steps, old):
            yield late[0][0].value, late[0][1], update


def _sees_the_same(output: _Step, update: _Step) -> bool:
    """True where the output is computed beside the very gates that the update reads."""
    return all(output.identity(name) == update.identity(name) for name in ("", *update.reads))


def _is_kept(number: int, steps: Sequence[_Step], old: frozenset[_Identity]) -> bool:
    """True where the new cell state takes the place of the old one, is read further down, or is handed on at once."""
    update = steps[number]
    is_overwriting = not update.target or update.identity(update.target) in old
    return is_overwriting or any(update.target in step.reads for step in steps[number + 1 :])


def _cells(unit: Unit, step: _Step) -> frozenset[_Identity]:
    """What may be the old cell state in `f * cell + i * g`: variables that were not computed here, as gates are."""
    factors = [_operands(term, cst.Multiply, _PRODUCTS) for term in _operands(step.value, cst.Add, _SUMS)]
    if len(factors) != 2 or any(len(parts) < 2 for parts in factors):
        return frozenset()
    texts = {unit.text(part) for parts in factors for part in parts if _is_variable(part)}
    return frozenset(map(step.identity, texts - step.computed))


def _output_of(unit: Unit, step: _Step) -> str:
    """The variable whose tanh a gate lets through: `cell` in `gate * tanh(cell)`. Empty for any other value."""
    factors = _operands(step.value, cst.Multiply, _PRODUCTS)
    cells = [cell for factor in factors if (cell := _argument_of_tanh(factor)) is not None]
    return unit.text(cells[0]) if len(factors) == 2 and len(cells) == 1 else ""


def _argument_of_tanh(node: cst.BaseExpression) -> cst.BaseExpression | None:
    """The variable in `torch.tanh(x)`, `tf.tanh(x)`, `tanh(x)`, `x.tanh()`, and in `tanh(norm(x))`."""
    if not isinstance(node, cst.Call) or _name(node.func) not in _SQUASHING or len(node.args) > 1:
        return None
    owner = node.func.value if isinstance(node.func, cst.Attribute) else node.func
    found = node.args[0].value if node.args else owner
    if isinstance(found, cst.Call) and len(found.args) == 1:
        found = found.args[0].value
    return found if _is_variable(found) else None


def _operands(
    node: cst.BaseExpression, operator: type[cst.BaseBinaryOp], functions: frozenset[str]
) -> list[cst.BaseExpression]:
    """What is added or multiplied, by an operator or a function; the expression itself where it does neither."""
    given: list[cst.BaseExpression] = []
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, operator):
        given = [node.left, node.right]
    elif isinstance(node, cst.Call) and _name(node.func) in functions and not any(arg.keyword for arg in node.args):
        given = [arg.value for arg in node.args]
        if len(given) == 1 and isinstance(node.func, cst.Attribute):
            given.insert(0, node.func.value)
    return [part for one in given for part in _operands(one, operator, functions)] if len(given) == 2 else [node]


def _name(function: cst.BaseExpression) -> str:
    if isinstance(function, cst.Attribute):
        return function.attr.value
    return function.value if isinstance(function, cst.Name) else ""


def _is_variable(node: cst.BaseExpression) -> bool:
    """True for a name, an attribute of one, and an element of these."""
    while isinstance(node, (cst.Attribute, cst.Subscript)):
        node = node.value
    return isinstance(node, cst.Name)


def _blocks(suite: cst.BaseSuite) -> Iterator[list[cst.CSTNode]]:
    """The statements of a suite, with those under `with`, and those of the suites inside it, each as a list."""
    inner: list[cst.BaseSuite] = []
    yield list(_statements(suite, inner))
    for each in inner:
        yield from _blocks(each)


def _statements(suite: cst.BaseSuite, inner: list[cst.BaseSuite]) -> Iterator[cst.CSTNode]:
    """Simple statements in order; a compound one stands for itself, and its suites are added to `inner`."""
    for statement in suite.body:
        if isinstance(statement, cst.SimpleStatementLine):
            yield from statement.body
        elif isinstance(statement, cst.With):
            yield from _statements(statement.body, inner)
        elif isinstance(statement, cst.BaseCompoundStatement):
            yield statement
            inner += _suites(statement)
        else:
            yield statement


def _suites(statement: cst.BaseCompoundStatement) -> Iterator[cst.BaseSuite]:
    if isinstance(statement, (cst.If, cst.For, cst.While)):
        yield statement.body
        if isinstance(statement.orelse, cst.If):
            yield from _suites(statement.orelse)
        elif statement.orelse is not None:
            yield statement.orelse.body


def _steps(unit: Unit, block: Sequence[cst.CSTNode]) -> list[_Step]:
    """What a block computes, in order."""
    steps: list[_Step] = []
    identities: dict[str, _Identity] = {}
    computed: set[str] = set()
    for number, statement in enumerate(block, 1):
        before, known = dict(identities), frozenset(computed)
        for target, value in _pairs(statement):
            name = unit.text(target) if target is not None and _is_variable(target) else ""
            step = _Step(value, _variables(unit.text(value)), before, known, name)
            steps.append(step)
            source = unit.text(value) if _is_variable(value) else ""
            for written in map(unit.text, _parts(target)):
                identities[written] = step.identity(source) if source and written == name else (written, number)
                is_taken = _is_taken(target, value) and source not in known
                (computed.discard if is_taken else computed.add)(written)
        if isinstance(statement, (cst.BaseCompoundStatement, cst.AugAssign)):
            identities[""] = ("", number)  # it may write anything
    return steps


def _pairs(statement: cst.CSTNode) -> list[tuple[cst.BaseExpression | None, cst.BaseExpression]]:
    """The values that a statement computes, each with what gets it; tuples are taken apart."""
    if isinstance(statement, cst.Assign) and len(statement.targets) == 1:
        return _paired(statement.targets[0].target, statement.value)
    if isinstance(statement, cst.AnnAssign) and statement.value is not None:
        return _paired(statement.target, statement.value)
    if isinstance(statement, cst.Return) and statement.value is not None:
        return _paired(None, statement.value)
    if isinstance(statement, cst.Expr) and isinstance(statement.value, cst.Call):
        return [pair for arg in statement.value.args for pair in _paired(None, arg.value)]
    return []


def _paired(
    target: cst.BaseExpression | None, value: cst.BaseExpression
) -> list[tuple[cst.BaseExpression | None, cst.BaseExpression]]:
    targets: list[cst.BaseExpression | None] = list(_parts(target))
    if not isinstance(value, cst.Tuple) or (targets and len(targets) != len(value.elements)):
        return [(target, value)]
    targets = targets or [None] * len(value.elements)
    return [pair for one, element in zip(targets, value.elements, strict=True) for pair in _paired(one, element.value)]


def _parts(target: cst.BaseExpression | None) -> Iterator[cst.BaseExpression]:
    """The targets of an assignment one by one."""
    if isinstance(target, (cst.Tuple, cst.List)):
        for element in target.elements:
            yield from _parts(element.value)
    elif target is not None:
        yield target


def _is_taken(target: cst.BaseExpression | None, value: cst.BaseExpression) -> bool:
    """True where targets get what another variable holds: a state that is handed on, taken out of another, or split."""
    is_split = isinstance(value, cst.Call) and len(list(_parts(target))) == _STATES
    return _is_variable(value) or is_split


def _variables(text: str) -> frozenset[str]:
    """The variables that an expression reads, and those that these are parts of: `a.b[0]` reads `a.b` and `a`, too."""
    found: set[str] = set()
    for match in _VARIABLE.finditer(text):
        whole = match[0]
        found.update(whole[: part.start()] for part in _PART.finditer(whole))
        found.add(whole)
    return frozenset(found)
