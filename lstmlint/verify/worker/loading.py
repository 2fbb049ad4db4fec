"""Imports the user's file as a module (so its `__main__` block does not run) and evaluates pieces of it.

Statements of the top level that train are left out: of a plain script, what it defines and builds is wanted.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import os
import sys
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from lstmlint.verify.contracts import Argument, Node, Recipe, Request, Scope, Step
from lstmlint.verify.worker.places import remember
from lstmlint.verify.worker.reshapes import GIVEN, Marked, watched

TRAINING = frozenset({"backward", "fit", "fit_generator", "train_on_batch", "step", "predict", "evaluate", "minimize"})


@dataclass(frozen=True)
class Program:
    """The user's file, imported, with its syntax to evaluate parts of it."""

    request: Request
    module: ModuleType
    nodes: dict[tuple[int, int, int, int], list[ast.AST]]

    def find(self, node: Node, kind: type[ast.AST]) -> Any:
        """The piece of syntax at a position."""
        key = (node.line, node.column, node.end_line, node.end_column)
        return next(each for each in self.nodes[key] if isinstance(each, kind))

    def evaluate(self, node: Node, names: dict[str, Any]) -> Any:
        """The value of an expression of the file, with these names."""
        expression = ast.Expression(self.find(node, ast.expr))
        return eval(compile(expression, self.request.file, "eval"), names)

    def execute(self, step: Step, names: dict[str, Any]) -> None:
        """Runs a statement of the file, or binds a loop's target to the first of what it runs over."""
        if step.statement is not None:
            statement = self.find(step.statement, ast.stmt)
            module = ast.Module([statement], [])
        else:
            assert step.target is not None and step.source is not None
            target, source = self.find(step.target, ast.expr), self.find(step.source, ast.expr)
            first = ast.parse("next(iter(_))", mode="eval").body
            assert isinstance(first, ast.Call) and isinstance(first.args[0], ast.Call)
            first.args[0].args[0] = source
            assignment = ast.copy_location(ast.Assign([target], first), target)
            module = ast.Module([ast.fix_missing_locations(assignment)], [])
        exec(compile(module, self.request.file, "exec"), names)

    def names(self, recipe: Recipe) -> dict[str, Any]:
        """The names that a recipe's expressions are seen with."""
        names: dict[str, Any] = vars(self.module)
        for scope in recipe.scopes:
            names = self._entered(scope, names)
        return names

    def _entered(self, scope: Scope, outer: dict[str, Any]) -> dict[str, Any]:
        given = zip(scope.names, scope.values, strict=True)
        bound = {name: self.evaluate(value, outer) for name, value in given}
        names: dict[str, Any] = vars(self.module) if scope.top else {**vars(self.module), **bound}
        for step in scope.steps:
            self.execute(step, names)
        return names

    def names_in(self, given: tuple[Argument, ...]) -> list[str]:
        """The names that the arguments of a call use, in order."""
        trees = (self.find(argument.value, ast.expr) for argument in given)
        found = (node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name))
        return list(dict.fromkeys(found))

    def is_name(self, node: Node) -> bool:
        """True for an expression that is a mere name or a constant."""
        return isinstance(self.find(node, ast.expr), (ast.Name, ast.Constant))

    def arguments(self, given: tuple[Argument, ...], names: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """The arguments of a call of the file, evaluated."""
        args: list[Any] = []
        kwargs: dict[str, Any] = {}
        for argument in given:
            value = self.evaluate(argument.value, names)
            if argument.star == "*":
                args += list(value)
            elif argument.star == "**":
                kwargs.update(value)
            elif argument.name:
                kwargs[argument.name] = value
            else:
                args.append(value)
        return args, kwargs


def load(request: Request) -> Program:
    """Imports the file of a request; whatever it raises comes through."""
    remember(request.root, request.file)
    sys.argv = [request.file]
    sys.path[:0] = [folder for folder in request.folders if folder not in sys.path]
    with open(request.file, "rb") as file:
        tree = Marked().visit(ast.parse(file.read(), request.file))
    nodes: dict[tuple[int, int, int, int], list[ast.AST]] = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.expr, ast.stmt)):
            key = (node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0)
            nodes.setdefault(key, []).append(node)
    return Program(request, _imported(request, tree), nodes)


def _imported(request: Request, tree: ast.Module) -> ModuleType:
    name = request.module or _free_name(request.file)
    parent, _, last = name.rpartition(".")
    if parent:
        importlib.import_module(parent)
    spec = importlib.util.spec_from_file_location(name, request.file)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    setattr(module, GIVEN, watched)
    if parent:
        setattr(sys.modules[parent], last, module)
    kept = [statement for statement in tree.body if not trains(statement)]
    if len(kept) == len(tree.body):
        exec(compile(tree, request.file, "exec"), vars(module))
        return module
    for statement in kept:
        try:
            exec(compile(ast.Module([statement], tree.type_ignores), request.file, "exec"), vars(module))
        except NameError as error:
            if not _is_of(error, tree.body):
                raise
    return module


def _is_of(error: NameError, body: list[ast.stmt]) -> bool:
    """True where a name is missing that a statement binds which was left out."""
    name = getattr(error, "name", None)
    return any(
        isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id == name
        for statement in body
        if trains(statement)
        for node in ast.walk(statement)
    )


def _free_name(file: str) -> str:
    stem = os.path.splitext(os.path.basename(file))[0]
    known = stem in sys.modules or stem in sys.stdlib_module_names
    return f"_verified_{stem}" if known else stem


def trains(statement: ast.stmt) -> bool:
    """True for a statement, no definition, that calls what trains or evaluates a model."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)):
        return False
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in TRAINING
        for node in ast.walk(statement)
    )
