"""The statements that an expression of a program depends on, so that it can be evaluated without running the rest.

Goes backwards from the statement that holds the expression: what binds a name that is needed is taken, and what that
needs in turn. A parameter leads to the calls of its function. A loop is entered for its first turn. Nothing that trains
is taken.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from lstmlint.verify.contracts import Argument, Node, Scope, Step

DEEPEST = 5
"""Functions inside functions that parameters are followed through."""
TRAINING = frozenset({"backward", "fit", "fit_generator", "train_on_batch", "step", "predict", "evaluate", "minimize"})
FILLING = frozenset({"append", "extend", "update", "add", "insert", "setdefault", "sort", "load_state_dict"})

Definition = ast.FunctionDef | ast.AsyncFunctionDef


def node_of(tree: ast.expr | ast.stmt) -> Node:
    """The position of a piece of syntax."""
    return Node(tree.lineno, tree.col_offset, tree.end_lineno or tree.lineno, tree.end_col_offset or 0)


def names_in(tree: ast.AST) -> set[str]:
    """The names that a piece of syntax reads."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def bound_in(statement: ast.AST) -> set[str]:
    """The names that a statement binds or fills, at any depth."""
    found = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.ctx, ast.Store):
            if isinstance(node.value, ast.Name):
                found.add(node.value.id)
        elif isinstance(node, ast.Call) and (owner := _owner(node)) and owner[1] in FILLING:
            found.add(owner[0])
    call = statement.value if isinstance(statement, ast.Expr) else None
    if isinstance(call, ast.Call) and (owner := _owner(call)):
        found.add(owner[0])
    return found


def _owner(call: ast.Call) -> tuple[str, str] | None:
    """The name whose method is called, and the method."""
    if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
        return call.func.value.id, call.func.attr
    return None


def trains(statement: ast.AST) -> bool:
    """True for what calls a method that trains or evaluates a model."""
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in TRAINING
        for node in ast.walk(statement)
    )


@dataclass
class Syntax:
    """A file's tree with what stands above each node."""

    tree: ast.Module
    parents: dict[ast.AST, ast.AST] = field(default_factory=dict)
    functions: dict[str, Definition] = field(default_factory=dict)
    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    calls: list[ast.Call] = field(default_factory=list)
    imported: set[str] = field(default_factory=set)
    """The names that imports at top level bind."""

    @staticmethod
    def of(tree: ast.Module) -> Syntax:
        """Indexes a tree."""
        found = Syntax(tree)
        for node in ast.walk(tree):
            for child in ast.iter_child_nodes(node):
                found.parents[child] = node
            if isinstance(node, ast.Call):
                found.calls.append(node)
        for statement in tree.body:
            if isinstance(statement, (ast.Import, ast.ImportFrom)):
                found.imported |= bound_in(statement)
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
                found.functions[statement.name] = statement
            elif isinstance(statement, ast.ClassDef):
                found.classes[statement.name] = statement
        found.calls.sort(key=lambda call: (call.lineno, call.col_offset))
        return found

    def scope(self, node: ast.AST) -> ast.Module | Definition | None:
        """The function at top level, or the module, that a node runs in; None for what stands deeper or in a class."""
        above = [each for each in self.above(node) if isinstance(each, (*_SCOPES, ast.Lambda, ast.ClassDef))]
        if not above:
            return self.tree
        outermost = above[-1]
        return outermost if len(above) == 1 and isinstance(outermost, _SCOPES) else None

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around a node, the innermost first."""
        while node in self.parents:
            node = self.parents[node]
            if not isinstance(node, ast.Module):
                yield node

    def method(self, name: str, wanted: str) -> Definition | None:
        """A method of a class of the file, its own or one that it inherits from another class of the file."""
        seen: set[str] = set()
        pending = [name]
        while pending:
            current = pending.pop(0)
            definition = self.classes.get(current)
            if definition is None or current in seen:
                continue
            seen.add(current)
            for statement in definition.body:
                if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)) and statement.name == wanted:
                    return statement
            pending += [base.id for base in definition.bases if isinstance(base, ast.Name)]
        return None

    def trains(self, node: ast.AST, known: frozenset[str] = frozenset()) -> bool:
        """True for what trains or evaluates a model, also inside the functions of the file that it calls."""
        if trains(node):
            return True
        calls = (each.func for each in ast.walk(node) if isinstance(each, ast.Call))
        names = ({each.id for each in calls if isinstance(each, ast.Name)} & set(self.functions)) - known
        return any(self.trains(self.functions[name], known | names) for name in names)

    def gives(self, name: str) -> bool:
        """True for a function of the file that returns something and trains nothing."""
        function = self.functions.get(name)
        if function is None or self.trains(function):
            return False
        return any(isinstance(node, ast.Return) and node.value is not None for node in ast.walk(function))

    def calls_of(self, name: str) -> Iterator[ast.Call]:
        """The calls of a function by its plain name."""
        return (call for call in self.calls if isinstance(call.func, ast.Name) and call.func.id == name)

    def preceding(self, node: ast.AST) -> Iterator[ast.stmt | tuple[ast.expr, ast.expr]]:
        """What runs before a node in its scope, backwards: statements, and (target, source) of loops around it."""
        scope = self.scope(node)
        current: ast.AST = node
        while current is not scope and current in self.parents:
            parent = self.parents[current]
            if isinstance(parent, ast.comprehension):
                pass
            elif isinstance(parent, (ast.For, ast.AsyncFor)) and current in parent.body:
                yield from _before(parent.body, current)
                yield parent.target, parent.iter
            elif not (isinstance(parent, ast.Module)):
                for _, body in ast.iter_fields(parent):
                    if isinstance(body, list) and current in body and isinstance(current, ast.stmt):
                        yield from _before(body, current)
            current = parent


_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef)


def _before(body: list[ast.stmt], current: ast.AST) -> Iterator[ast.stmt]:
    place = next(number for number, statement in enumerate(body) if statement is current)
    yield from reversed(body[:place])


def slice_for(syntax: Syntax, expressions: list[ast.expr], at: ast.AST, deep: int = 0) -> tuple[Scope, ...] | None:
    """The scopes in which expressions that stand at a node can be evaluated; None where something stays unknown."""
    scope = syntax.scope(at)
    if scope is None or deep > DEEPEST:
        return None
    needed = set().union(*(names_in(each) for each in expressions)) if expressions else set()
    if any(syntax.trains(each) for each in expressions):
        return None
    steps: list[Step] = []
    for item in syntax.preceding(at):
        if isinstance(item, tuple):
            target, source = item
            if bound_in(target) & needed:
                needed = (needed - bound_in(target)) | names_in(source)
                steps.append(Step(target=node_of(target), source=node_of(source)))
        elif bound_in(item) & needed - syntax.imported and not syntax.trains(item):
            needed = _needed_before(item, needed)
            steps.append(Step(statement=node_of(item)))
    if isinstance(scope, ast.Module):
        return (Scope(tuple(reversed(steps)), top=True),)
    return _with_parameters(syntax, scope, needed, tuple(reversed(steps)), deep)


def _needed_before(statement: ast.stmt, needed: set[str]) -> set[str]:
    whole = isinstance(statement, (ast.Assign, ast.AnnAssign)) and not isinstance(statement, ast.AugAssign)
    plain = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return (needed - plain if whole else needed) | names_in(statement)


def _with_parameters(
    syntax: Syntax, function: Definition, needed: set[str], steps: tuple[Step, ...], deep: int
) -> tuple[Scope, ...] | None:
    parameters = function.args
    every = [*parameters.posonlyargs, *parameters.args, *parameters.kwonlyargs]
    wanted = [parameter.arg for parameter in every if parameter.arg in needed]
    if not wanted:
        return (Scope(steps),)
    defaults = _defaults(parameters)
    for call in syntax.calls_of(function.name):
        given = _given(call, [parameter.arg for parameter in (*parameters.posonlyargs, *parameters.args)])
        values = {name: given.get(name, defaults.get(name)) for name in wanted}
        found = [value for value in values.values() if value is not None]
        if len(found) != len(wanted):
            continue
        outer = slice_for(syntax, found, call, deep + 1)
        if outer is not None:
            return (*outer, Scope(steps, tuple(values), tuple(node_of(value) for value in found)))
    if all(name in defaults for name in wanted):
        return (Scope(), Scope(steps, tuple(wanted), tuple(node_of(defaults[name]) for name in wanted)))
    return None


def _defaults(parameters: ast.arguments) -> dict[str, ast.expr]:
    positional = [*parameters.posonlyargs, *parameters.args]
    behind = positional[len(positional) - len(parameters.defaults) :]
    found = {parameter.arg: value for parameter, value in zip(behind, parameters.defaults, strict=True)}
    for parameter, value in zip(parameters.kwonlyargs, parameters.kw_defaults, strict=True):
        if value is not None:
            found[parameter.arg] = value
    return found


def _given(call: ast.Call, names: list[str]) -> dict[str, ast.expr]:
    found: dict[str, ast.expr] = {}
    for name, value in zip(names, call.args, strict=False):
        if isinstance(value, ast.Starred):
            break
        found[name] = value
    found.update({keyword.arg: keyword.value for keyword in call.keywords if keyword.arg})
    return found


def arguments_of(call: ast.Call) -> tuple[Argument, ...]:
    """The arguments of a call as they are written."""
    found = [
        Argument(node_of(each.value), star="*") if isinstance(each, ast.Starred) else Argument(node_of(each))
        for each in call.args
    ]
    for keyword in call.keywords:
        star = "" if keyword.arg else "**"
        found.append(Argument(node_of(keyword.value), keyword.arg or "", star))
    return tuple(found)
