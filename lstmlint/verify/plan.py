"""Which models of a file are run, how each is made, and what the analyser knows of what they read."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lstmlint.catalogue.torch_recurrent import CELL_FAMILIES, RECURRENT_FAMILIES
from lstmlint.checks.evidence import layouts
from lstmlint.checks.facts import Facts
from lstmlint.events import Built, Called
from lstmlint.source import SourceFile
from lstmlint.values import Instance, Tensor
from lstmlint.verify.arguments import constructor_arguments
from lstmlint.verify.call_sites import Sites
from lstmlint.verify.contracts import Belief, Configured, ModelPlan, Parameter
from lstmlint.verify.slicing import Definition, Syntax
from lstmlint.world import World

CAUSAL = re.compile(r"causal|autoregressive|streaming|online", re.IGNORECASE)
NOT_CAUSAL = re.compile(r"(non|not|no)[- _]?causal", re.IGNORECASE)


@dataclass(frozen=True)
class FilePlan:
    """What is run of one file."""

    framework: str
    models: tuple[ModelPlan, ...]
    module: str
    folders: tuple[str, ...]
    root: str


def framework_of(world: World) -> str:
    """The framework of the recurrent layers that a file builds; empty where it builds none."""
    found = [event.layer.spec.framework for event in world.events if isinstance(event, Built)]
    return "torch" if "torch" in found else "keras" if found else ""


def plan_torch(
    source: SourceFile, world: World, configured: Mapping[str, Configured], wanted: Iterable[str]
) -> tuple[ModelPlan, ...]:
    """The torch models of a file that hold a recurrent layer; `wanted` names those to take, none: all."""
    syntax = Syntax.of(ast.parse(source.text))
    facts = Facts(world)
    names = _holders(syntax, facts)
    wanted = set(wanted)
    functions = _making(syntax, facts)
    sites = Sites(syntax, frozenset({*syntax.classes}), frozenset(functions))
    beliefs = _beliefs(facts)
    found = []
    for name in names:
        definition = syntax.classes[name]
        runs = syntax.method(name, "forward") is not None or any(recipe.method for recipe in sites.recipes(name))
        if (wanted and name not in wanted) or not (runs or _inherits(definition)):
            continue
        found.append(
            ModelPlan(
                name,
                definition.lineno,
                name,
                sites.recipes(name),
                _parameters(syntax, definition, world),
                beliefs,
                configured.get(name),
                is_causal(name, definition, configured.get(name)),
                constructor_arguments(syntax, name, facts),
            )
        )
    for name in functions:
        recipes = sites.recipes(name)
        if recipes and (not wanted or name in wanted):
            line = syntax.functions[name].lineno
            given = (Parameter("input"),)
            found.append(ModelPlan(name, line, "", recipes, given, beliefs, configured.get(name)))
    return tuple(sorted(found, key=lambda plan: (not any(r.arguments is not None for r in plan.recipes), plan.line)))


def _making(syntax: Syntax, facts: Facts) -> list[str]:
    """The functions of the file that build a recurrent layer that no class of its top level holds."""
    found: set[str] = set()
    for built in facts.events(Built):
        if built.layer.spec.framework != "torch" or not built.layer.spec.family.startswith(("lstm", "gru", "rnn")):
            continue
        receivers = [each.receiver for each in built.inside]
        held = any(isinstance(each, Instance) and each.cls.name in syntax.classes for each in receivers)
        within = [each.function for each in built.inside if syntax.gives(each.function)]
        if not held and within:
            found.add(within[-1])
    return [name for name in syntax.functions if name in found]


def _holders(syntax: Syntax, facts: Facts) -> list[str]:
    """The classes of the file whose methods build or call a recurrent layer, at any depth, in the file's order."""
    found: set[str] = set()
    events: list[Built | Called] = [*facts.events(Built), *facts.events(Called)]
    for event in events:
        if event.layer.spec.framework == "torch" and event.layer.spec.family in (*RECURRENT_FAMILIES, *CELL_FAMILIES):
            for inside in event.inside:
                if inside.is_module and isinstance(inside.receiver, Instance):
                    found.add(inside.receiver.cls.name)
    found |= _mentioning(syntax, found)
    return [name for name in syntax.classes if name in found and not _is_abstract(syntax, name, found)]


def _mentioning(syntax: Syntax, found: set[str]) -> set[str]:
    """Classes that inherit from one that was found."""
    more: set[str] = set()
    for name, definition in syntax.classes.items():
        bases = {base.id for base in definition.bases if isinstance(base, ast.Name)}
        if bases & (found | more):
            more.add(name)
    return more


def _inherits(definition: ast.ClassDef) -> bool:
    """True where a method may come from a base that the file does not show."""
    known = {"Module", "LightningModule", "object"}
    return any((ast.unparse(base).rpartition(".")[2]) not in known for base in definition.bases)


def _is_abstract(syntax: Syntax, name: str, found: set[str]) -> bool:
    """True for a class that others of the file build on and that cannot be called itself."""
    if any(isinstance(base, ast.Attribute) and base.attr == "ABC" for base in syntax.classes[name].bases):
        return True
    bases = {b.id for each in syntax.classes.values() for b in each.bases if isinstance(b, ast.Name)}
    return name in bases and syntax.method(name, "forward") is None


def _parameters(syntax: Syntax, definition: ast.ClassDef, world: World) -> tuple[Parameter, ...]:
    forward = syntax.method(definition.name, "forward")
    if forward is None:
        return (Parameter("input"),)
    positional = [*forward.args.posonlyargs, *forward.args.args][1:]
    required = len(positional) - len(forward.args.defaults)
    ranks = _ranks(world)
    integers = _token_axes(world)
    found = []
    for number, parameter in enumerate(positional):
        axes, rank = ranks.get(parameter.arg, ((), 0))
        found.append(Parameter(parameter.arg, rank, bool(set(axes) & integers), number < required))
    return tuple(found)


def _ranks(world: World) -> dict[str, tuple[tuple[int, ...], int]]:
    """Unknown parameters by name, with the identities of their axes, where their rank was learned."""
    found: dict[str, tuple[tuple[int, ...], int]] = {}
    for (root, rank), axes in world.known_roots():
        if isinstance(root, tuple) and root[:1] == ("parameter",) and len(root) > 2:
            found[str(root[2])] = tuple(axis.id for axis in axes), rank
    return found


def _token_axes(world: World) -> set[int]:
    """The axes of what embeddings read."""
    return {
        axis.id
        for event in world.events
        if isinstance(event, Called) and event.layer.spec.family == "embedding" and isinstance(event.source, Tensor)
        for axis in event.source.axes
    }


def _beliefs(facts: Facts) -> tuple[Belief, ...]:
    """Where the batch is in what each recurrent layer reads: by its layout, or the other way where that is at fault."""
    found = layouts(facts)
    return tuple(
        Belief(
            reading.called.place.span.line,
            int(reading.batch_first is found.is_at_fault(reading.layer)),
            tuple(axis.size.known or 0 for axis in reading.source.axes),
            reading.layer.place.span.line,
        )
        for reading in found.readings
    )


def is_causal(name: str, definition: ast.ClassDef | Definition | None, configured: Configured | None) -> bool:
    """True where the configuration says, or a name or docstring, that no step reads later ones."""
    if configured is not None and configured.causal:
        return True
    said = f"{name} {ast.get_docstring(definition) or ''}" if definition is not None else ""
    return bool(CAUSAL.search(said)) and not NOT_CAUSAL.search(said)


def import_name(file: str) -> tuple[str, tuple[str, ...], str]:
    """How a file is imported: its dotted name if it lies in a package, the folders to look in, the project's root."""
    path = Path(file).resolve()
    folder, parts = path.parent, [path.stem]
    while (folder / "__init__.py").is_file():
        parts.insert(0, folder.name)
        folder = folder.parent
    root = _root(folder)
    name = ".".join(parts) if len(parts) > 1 else ""
    folders = dict.fromkeys(str(each) for each in (folder, root, root / "src", Path(os.getcwd())) if each.is_dir())
    return name, tuple(folders), str(root)


def _root(folder: Path) -> Path:
    """The project that a folder belongs to: where its configuration or its repository begins, else the folder."""
    for above in (folder, *folder.parents):
        if any((above / name).exists() for name in ("pyproject.toml", "setup.py", "setup.cfg", ".git")):
            return above
    return folder
