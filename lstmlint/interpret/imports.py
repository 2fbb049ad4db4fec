"""Import statements: library names by their canonical paths, project names through the project's files."""

from __future__ import annotations

import libcst as cst

from lstmlint.interpret.lookup import module_frame, module_name
from lstmlint.interpret.run import ATTRIBUTES, STATEMENTS, Run, handles
from lstmlint.interpret.scope import Flow, Frame
from lstmlint.interpret.versions import note_import
from lstmlint.names.canonical import canonical
from lstmlint.names.locate import LIBRARIES
from lstmlint.source import Place
from lstmlint.values import External, Imported, ProjectModule, Value


def _path(node: cst.BaseExpression | None) -> str:
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        return f"{_path(node.value)}.{node.attr.value}"
    return ""


@handles(STATEMENTS, cst.Import)
def _import(run: Run, frame: Frame, node: cst.Import) -> Flow:
    for alias in node.names:
        path = _path(alias.name)
        note_import(run, frame, path, alias)
        if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
            frame.variables[alias.asname.name.value] = _module(run, frame, path, 0)
        else:
            head = path.partition(".")[0]
            frame.variables[head] = _module(run, frame, head, 0)
    return Flow.NEXT


@handles(STATEMENTS, cst.ImportFrom)
def _import_from(run: Run, frame: Frame, node: cst.ImportFrom) -> Flow:
    level, path = len(node.relative), _path(node.module)
    importer = frame.file.source.path
    if isinstance(node.names, cst.ImportStar):
        file = None if _is_library(path, level) else run.find_file(path, level, importer)
        frame.module.stars.append(file if file is not None else External(canonical(path)))
        return Flow.NEXT
    missing = level == 0 and note_import(run, frame, path, node)
    for alias in node.names:
        name = _path(alias.name)
        if not level and not missing:
            note_import(run, frame, f"{path}.{name}", alias)
        bound = alias.asname.name.value if alias.asname and isinstance(alias.asname.name, cst.Name) else name
        known = _is_library(path, level)
        frame.variables[bound] = (
            External(canonical(f"{path}.{name}")) if known else Imported(path, level, name, importer)
        )
    return Flow.NEXT


def _is_library(path: str, level: int) -> bool:
    return not level and path.partition(".")[0] in LIBRARIES


def _module(run: Run, frame: Frame, path: str, level: int) -> Value:
    file = None if _is_library(path, level) else run.find_file(path, level, frame.file.source.path)
    return External(canonical(path)) if file is None else ProjectModule(file.source.path, path, frame.file.source.path)


@handles(ATTRIBUTES, ProjectModule)
def _module_attribute(run: Run, owner: ProjectModule, name: str, place: Place) -> Value:
    file = run.project.loaded(owner.path)
    found = None if file is None else module_name(run, module_frame(run, file), name)
    if found is not None:
        return found
    inner = run.find_file(f"{owner.name}.{name}", 0, owner.importer)
    if inner is None:
        return run.world.unknown("global", owner.path, name)
    return ProjectModule(inner.source.path, f"{owner.name}.{name}", owner.importer)
