"""How a program itself makes its models and what it gives to them: constructor calls, builder functions, calls."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from lstmlint.verify.contracts import Recipe
from lstmlint.verify.slicing import TRAINING, Definition, Syntax, arguments_of, node_of, slice_for, trains

ANONYMOUS = "*"
"""Stands for a Keras model of no class of the file: `Sequential()`, `Model(inputs, outputs)`."""
DATA = frozenset({"fit", "predict", "evaluate", "train_on_batch", "fit_generator", "predict_on_batch"})
"""Methods of a Keras model whose first argument is its input."""
KERAS_MODELS = frozenset({"Sequential", "Model", "Functional"})
SAME_MODEL = frozenset({"to", "cuda", "cpu", "eval", "train", "double", "float", "half", "requires_grad_", "apply"})
"""Methods of a module that return the module."""
NO_RUN = frozenset({"zero_grad", "parameters", "state_dict", "load_state_dict", "init_hidden", "reset"})
"""Methods that run nothing."""
MOST = 4
"""Recipes that are kept of one class."""
SHOWN = 60


@dataclass
class Sites:
    """Finds where a file makes and calls the models of some classes."""

    syntax: Syntax
    classes: frozenset[str]
    functions: frozenset[str] = frozenset()
    """Functions that give a model of no class of the file's top level."""
    keras: bool = False
    _builders: dict[str, str | None] = field(default_factory=dict)

    def recipes(self, name: str) -> tuple[Recipe, ...]:
        """The ways in which the file gets a model of a class, those with an input first."""
        called = [recipe for call in self.syntax.calls if (recipe := self._called(call, name)) is not None]
        if called:
            return tuple(called[:MOST])
        built = [recipe for call in self.syntax.calls if (recipe := self._built(call, name)) is not None]
        return (*built[:MOST], *self._from_builders(name))

    def _called(self, call: ast.Call, name: str) -> Recipe | None:
        """A call of a model, wherever all that it needs can be had."""
        model, method = self._model_called(call)
        if self.syntax.scope(call) is None or self.made_by(model, call) != name:
            return None
        values = [each.value if isinstance(each, ast.Starred) else each for each in call.args]
        values += [keyword.value for keyword in call.keywords]
        data = method in DATA
        if data:
            plain = (each for each in arguments_of(call) if each.star != "**")
            arguments = tuple(each for each in plain if each.name in ("", "x", "y"))[:2]
            values = [*values[: len(call.args)][:2], *(each.value for each in call.keywords if each.arg in ("x", "y"))]
            method = ""
        else:
            arguments = arguments_of(call)
        scopes = slice_for(self.syntax, [model, *values], call)
        if scopes is None:
            return None
        return Recipe(_text(call), call.lineno, scopes, node_of(model), method, data, arguments=arguments)

    def keras_models(self) -> dict[str, tuple[Recipe, ...]]:
        """The Keras models that the file calls or fits, by class, function or variable, with the ways to get them."""
        found: dict[str, list[Recipe]] = {}
        for call in self.syntax.calls:
            model, _ = self._model_called(call)
            name = self.made_by(model, call)
            recipe = self._called(call, name) if name else None
            if name and recipe is not None:
                shown = ast.unparse(model) if name == ANONYMOUS else name
                found.setdefault(shown, []).append(recipe)
        return {name: _best(recipes) for name, recipes in found.items()}

    def _model_called(self, call: ast.Call) -> tuple[ast.expr, str]:
        """What is called as a model, and by which method of its own that does not train."""
        function = call.func
        if self.keras and isinstance(function, ast.Attribute) and function.attr in DATA:
            return function.value, function.attr
        if isinstance(function, ast.Attribute) and function.attr not in SAME_MODEL | TRAINING | NO_RUN:
            methods = [
                statement
                for definition in self.syntax.classes.values()
                for statement in definition.body
                if isinstance(statement, ast.FunctionDef) and statement.name == function.attr
            ]
            if methods and len(call.args) + len(call.keywords) and not any(trains(each) for each in methods):
                return function.value, function.attr
        return function, ""

    def _built(self, call: ast.Call, name: str) -> Recipe | None:
        """A construction of a model that nobody is seen to call."""
        if not (isinstance(call.func, ast.Name) and call.func.id == name):
            return None
        scopes = slice_for(self.syntax, [call], call)
        return None if scopes is None else Recipe(_text(call), call.lineno, scopes, node_of(call))

    def _from_builders(self, name: str) -> Iterator[Recipe]:
        for function, definition in self.syntax.functions.items():
            made = self.builder(function) or function
            if made == name and self.syntax.gives(function) and not _required(definition):
                yield Recipe(f"{function}()", definition.lineno, function=function)

    def made_by(self, expression: ast.expr, at: ast.AST, deep: int = 0) -> str | None:
        """The class that an expression is a model of; None where that is not known."""
        if deep > 8:
            return None
        if isinstance(expression, ast.Call):
            if isinstance(expression.func, ast.Name):
                name = expression.func.id
                if self.keras and name in KERAS_MODELS and name not in self.classes:
                    return ANONYMOUS
                given = name if name in self.functions else None
                return name if name in self.classes else self.builder(name) or given
            if isinstance(expression.func, ast.Attribute) and expression.func.attr in SAME_MODEL:
                return self.made_by(expression.func.value, at, deep + 1)
            if self.keras and isinstance(expression.func, ast.Attribute) and expression.func.attr in KERAS_MODELS:
                return ANONYMOUS
            return None
        return self._of_name(expression.id, at, deep) if isinstance(expression, ast.Name) else None

    def _of_name(self, name: str, at: ast.AST, deep: int) -> str | None:
        for item in self.syntax.preceding(at):
            value = _assigned(item, name)
            if value is not None:
                return self.made_by(value, item if isinstance(item, ast.stmt) else at, deep + 1)
        scope = self.syntax.scope(at)
        if isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found = self._of_parameter(name, scope, deep)
            if found is not None:
                return found
        for statement in reversed(self.syntax.tree.body):
            value = _assigned(statement, name)
            if value is not None:
                return self.made_by(value, statement, deep + 1)
        return None

    def _of_parameter(self, name: str, function: Definition, deep: int) -> str | None:
        names = [parameter.arg for parameter in (*function.args.posonlyargs, *function.args.args)]
        if name not in names:
            return None
        for call in self.syntax.calls_of(function.name):
            position = names.index(name)
            values = [*call.args[position : position + 1]]
            values += [keyword.value for keyword in call.keywords if keyword.arg == name]
            for value in values:
                found = self.made_by(value, call, deep + 1)
                if found is not None:
                    return found
        return None

    def builder(self, name: str) -> str | None:
        """The class whose model a function of the file returns."""
        if name in self._builders or name not in self.syntax.functions:
            return self._builders.get(name)
        self._builders[name] = None
        for node in ast.walk(self.syntax.functions[name]):
            if isinstance(node, ast.Return) and node.value is not None:
                found = self.made_by(node.value, node)
                if found is not None:
                    self._builders[name] = name if found == ANONYMOUS else found
        return self._builders[name]


def _best(recipes: list[Recipe]) -> tuple[Recipe, ...]:
    """Those that say the target come first: the model is fitted there."""
    return tuple(sorted(recipes, key=lambda recipe: -len(recipe.arguments or ()) * recipe.data)[:MOST])


def _assigned(item: ast.stmt | tuple[ast.expr, ast.expr], name: str) -> ast.expr | None:
    """The value that a statement gives to a plain name."""
    if isinstance(item, ast.Assign):
        for target in item.targets:
            if isinstance(target, ast.Name) and target.id == name:
                return item.value
            if isinstance(target, ast.Tuple) and isinstance(item.value, ast.Tuple):
                for each, value in zip(target.elts, item.value.elts, strict=False):
                    if isinstance(each, ast.Name) and each.id == name:
                        return value
    if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name) and item.target.id == name:
        return item.value
    return None


def _required(function: Definition) -> bool:
    parameters = function.args
    positional = len(parameters.posonlyargs) + len(parameters.args)
    return positional > len(parameters.defaults) or None in parameters.kw_defaults


def _text(call: ast.Call) -> str:
    text = ast.unparse(call)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 4]} ..."
