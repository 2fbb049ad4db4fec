"""Finding what a name stands for: variables, the file's own definitions, imports, star imports, builtins."""

from __future__ import annotations

import builtins

from lstmlint.catalogue.lookup import layer_spec
from lstmlint.interpret.definitions import define_indexed_class, define_indexed_function
from lstmlint.interpret.registry import OPERATIONS
from lstmlint.interpret.run import Run
from lstmlint.interpret.scope import Frame
from lstmlint.names.canonical import canonical
from lstmlint.names.project import ModuleFile
from lstmlint.syntax.index import ClassEntry, FunctionEntry
from lstmlint.values import ALWAYS, External, Imported, ProjectModule, Value

BUILTINS = frozenset(dir(builtins))


def lookup(run: Run, frame: Frame, name: str) -> Value | None:
    """The value of a name as seen from a frame; None where nothing of that name is known."""
    scope: Frame | None = frame
    while scope is not None:
        if name in scope.variables:
            return settled_name(run, scope, name)
        if scope.parent is None:
            found = module_name(run, scope, name)
            if found is not None:
                return found
        scope = scope.parent
    return External(f"builtins.{name}") if name in BUILTINS else None


def module_name(run: Run, module: Frame, name: str) -> Value | None:
    """A name of a file's top level, its defining statement being run now if it was not yet."""
    return _name_in(run, module, name, {module.file})


def _name_in(run: Run, module: Frame, name: str, asked: set[ModuleFile]) -> Value | None:
    """A name of a file's top level, where none of the files that were asked before has it.

    Star imports often lead to one file in many ways, and sometimes in a circle.
    """
    if name in module.variables:
        return settled_name(run, module, name)
    entry = module.file.index.binding(name)
    if entry is not None and name not in module.pending:
        module.pending.add(name)
        try:
            define(run, module, entry)
        finally:
            module.pending.discard(name)
        if name in module.variables:
            return settled_name(run, module, name)
    return _from_stars(run, module, name, asked)


def settled_name(run: Run, scope: Frame, name: str) -> Value:
    """The value of a variable; an imported name is looked for when it is first used."""
    value = scope.variables[name]
    if isinstance(value, Imported):
        value = scope.variables[name] = _imported(run, value)
    return value


def _imported(run: Run, value: Imported) -> Value:
    """What an imported name is: a definition of a file of the project, a module of it, or a library's."""
    file = run.find_file(value.module, value.level, value.importer)
    if file is not None and file.source.path != value.importer:
        found = module_name(run, module_frame(run, file), value.name)
        if found is not None:
            return found
    dotted = f"{value.module}.{value.name}" if value.module else value.name
    inner = run.find_file(dotted, value.level, value.importer)
    if inner is not None:
        return ProjectModule(inner.source.path, dotted, value.importer)
    return External(canonical("." * value.level + dotted))


def define(run: Run, module: Frame, entry: object) -> None:
    """Runs one top-level statement of a file."""
    if isinstance(entry, FunctionEntry):
        module.variables[entry.name] = define_indexed_function(run, module, entry)
    elif isinstance(entry, ClassEntry):
        module.variables[entry.name] = define_indexed_class(run, module, entry)
    else:
        unit = run.syntax.unit(module.file.source, entry)  # type: ignore[arg-type]
        if unit is not None:
            before, path = module.unit, run.world.path
            module.unit, run.world.path = unit, ALWAYS
            try:
                run.execute(module, unit.statements)
            finally:
                module.unit, run.world.path = before, path


def _from_stars(run: Run, module: Frame, name: str, asked: set[ModuleFile]) -> Value | None:
    if module.file.index.stars and "*" not in module.pending:
        module.pending.add("*")
        for lines in module.file.index.stars:
            define(run, module, lines)
    for source in reversed(module.stars):  # of several that bring a name, the last counts
        if isinstance(source, ModuleFile):
            if source in asked:
                continue
            asked.add(source)
            found = _name_in(run, module_frame(run, source), name, asked)
            if found is not None:
                return found
        elif layer_spec(f"{source.path}.{name}") or f"{source.path}.{name}" in OPERATIONS:
            return External(f"{source.path}.{name}")
    return None


def module_frame(run: Run, file: ModuleFile) -> Frame:
    """The top-level frame of a file of the project."""
    if file not in run.modules:
        run.modules[file] = Frame(file, None, context=(file.source.path,), is_module=True)
    return run.modules[file]
