"""Which Keras models of a file are run: classes, builder functions, and what a script builds in place."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from lstmlint.catalogue.keras_recurrent import CELL_FAMILIES, RECURRENT_FAMILIES
from lstmlint.checks.facts import Facts
from lstmlint.events import Built, Called
from lstmlint.source import SourceFile
from lstmlint.values import Instance, Tensor, as_bool
from lstmlint.verify.arguments import constructor_arguments
from lstmlint.verify.call_sites import Sites
from lstmlint.verify.contracts import Belief, Configured, ModelPlan, Recipe
from lstmlint.verify.plan import is_causal
from lstmlint.verify.slicing import Syntax
from lstmlint.world import World

WRAPPERS = frozenset({"bidirectional", "time_distributed"})


def plan_keras(
    source: SourceFile, world: World, configured: Mapping[str, Configured], wanted: Iterable[str]
) -> tuple[ModelPlan, ...]:
    """The Keras models of a file that hold a recurrent layer; `wanted` names those to take, none: all."""
    syntax = Syntax.of(ast.parse(source.text))
    facts = Facts(world)
    classes, functions = _holders(syntax, facts)
    sites = Sites(syntax, frozenset(syntax.classes), frozenset(functions), keras=True)
    called = sites.keras_models()
    names = list(dict.fromkeys([*called, *functions, *classes]))
    wanted = set(wanted)
    beliefs = _beliefs(facts)
    found = []
    for name in names:
        if (wanted and name not in wanted) or (name in syntax.classes and name not in classes):
            continue
        recipes = called.get(name, ()) or _without_input(sites, syntax, name)
        class_name = name if name in syntax.classes else ""
        if not recipes and not class_name:
            continue
        definition = syntax.classes.get(name) or syntax.functions.get(name)
        line = definition.lineno if definition else recipes[0].line
        arguments = constructor_arguments(syntax, name, facts) if class_name else {}
        said = configured.get(name)
        causal = is_causal(name, definition, said)
        found.append(ModelPlan(name, line, class_name, recipes, (), beliefs, said, causal, arguments))
    return tuple(found)


def _beliefs(facts: Facts) -> tuple[Belief, ...]:
    """The sizes of what each recurrent layer reads. The batch is first, but where `time_major` says otherwise."""
    found = []
    for called in facts.events(Called):
        layer, source = called.layer, called.source
        if layer.spec.framework == "keras" and _is_recurrent(layer.spec.family) and isinstance(source, Tensor):
            batch = int(as_bool(layer.argument("time_major")) is True)
            sizes = tuple(axis.size.known or 0 for axis in source.axes)
            found.append(Belief(called.place.span.line, batch, sizes, layer.place.span.line, (batch,)))
    return tuple(dict.fromkeys(found))


def _holders(syntax: Syntax, facts: Facts) -> tuple[list[str], list[str]]:
    """The classes of the file, and the functions at its top level, in which a recurrent layer is built."""
    classes: set[str] = set()
    functions: set[str] = set()
    for built in facts.events(Built):
        if built.layer.spec.framework != "keras" or not _is_recurrent(built.layer.spec.family):
            continue
        held = [each.receiver.cls.name for each in built.inside if isinstance(each.receiver, Instance)]
        own = [name for name in held if name in syntax.classes]
        classes.update(own)
        within = [each.function for each in built.inside if syntax.gives(each.function)]
        if not own and within:
            functions.add(within[-1])
    ordered = [name for name in syntax.classes if name in classes]
    return ordered, [name for name in syntax.functions if name in functions]


def _is_recurrent(family: str) -> bool:
    return family in RECURRENT_FAMILIES or family in CELL_FAMILIES or family in WRAPPERS


def _without_input(sites: Sites, syntax: Syntax, name: str) -> tuple[Recipe, ...]:
    """The ways to get a model that nobody is seen to call: constructions, and functions that need no argument."""
    return tuple(recipe for recipe in sites.recipes(name) if recipe.arguments is None)
