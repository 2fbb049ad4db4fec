"""Interprets a small program given as text and hands out what became of its variables."""

from __future__ import annotations

from textwrap import dedent

from lstmlint.interpret.linted import whole
from lstmlint.interpret.program import settle
from lstmlint.interpret.run import Run
from lstmlint.names.project import Project
from lstmlint.source import SourceFile
from lstmlint.syntax.outline import Outline, outline
from lstmlint.values import Value
from lstmlint.versions import NEWEST, Versions
from lstmlint.world import World


def run_of(text: str, project: Project | None = None, path: str = "program.py", versions: Versions = NEWEST) -> Run:
    """The finished run over a program."""
    source, project = SourceFile(path, dedent(text)), project or Project()
    found = outline(source)
    assert isinstance(found, Outline)
    return settle(whole(source, found, project), project, versions)


def world_of(text: str, versions: Versions = NEWEST) -> World:
    """The finished world of a program."""
    return run_of(text, versions=versions).world


def variables_of(text: str, project: Project | None = None, path: str = "program.py") -> dict[str, Value]:
    """The top-level variables of a program after its run."""
    run = run_of(text, project, path)
    return next(frame.variables for file, frame in run.modules.items() if file.source.path == path)
