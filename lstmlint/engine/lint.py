"""A run: every file analysed, its findings suppressed, filtered, sorted, and counted.

A mistake can lie in another file than the one whose interpretation shows it (a function that takes the last step of
what it is given). So all files are analysed first, under their absolute paths, and then each file's findings are held
against its own comments and settings. The paths that the user gave come back last.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lstmlint.engine.analyse import Analysed, analyse, unreadable
from lstmlint.engine.discover import Target, discover
from lstmlint.engine.settings import Settings, SettingsFinder
from lstmlint.engine.suppress import suppress
from lstmlint.findings import Diagnostic, Edit, Reason
from lstmlint.source import ReadProblem, SourceFile, Span

if TYPE_CHECKING:
    from lstmlint.names.project import Project


@dataclass(frozen=True)
class Failure:
    """A file whose analysis raised: a mistake of lstmlint's own, which costs this file's findings and no more."""

    path: str
    error: Exception


@dataclass(frozen=True)
class Outcome:
    """What a run came to."""

    diagnostics: tuple[Diagnostic, ...]
    """Sorted by path, line, column and code."""
    sources: Mapping[str, SourceFile]
    """The files that were interpreted, by the paths in the diagnostics."""
    files: int
    """How many files were looked at, those without a recurrent layer included."""
    failures: tuple[Failure, ...]
    failed: bool
    """True where a finding is as severe as its file's settings say a run must fail on."""
    _lines: dict[str, Sequence[str]] = field(default_factory=dict, repr=False)

    def lines(self, path: str) -> Sequence[str]:
        """The lines of a file that a diagnostic speaks of, by the path in it; none where it cannot be read."""
        if path not in self._lines:
            source = self.sources.get(path) or SourceFile.read(path)
            self._lines[path] = source.lines if isinstance(source, SourceFile) else ()
        return self._lines[path]


def lint(paths: Sequence[str], finder: SettingsFinder) -> Outcome:
    """Lints files and folders."""
    run = _Run(paths, finder)
    for target in discover(paths, finder):
        if isinstance(target, ReadProblem):
            run.note(os.path.abspath(target.path), target, finder.inside(os.path.abspath(target.path)))
        else:
            run.look_at(target)
    return run.outcome()


def lint_bytes(data: bytes, path: str, finder: SettingsFinder) -> Outcome:
    """Lints the bytes of one file that need not exist under its path, as an editor holds them."""
    absolute = os.path.abspath(path)
    run = _Run([path], finder)
    settings = finder.inside(os.path.dirname(absolute))
    if not (finder.options.force_exclude and settings.excludes(absolute)):
        run.look_at(Target(path, absolute, settings), data)
    return run.outcome()


def _read(path: str) -> bytes | ReadProblem:
    try:
        return Path(path).read_bytes()
    except OSError as problem:
        return ReadProblem(path, f"cannot be read: {problem.strerror or problem}")


@dataclass
class _Run:
    """A run as it goes. Everything is kept by absolute path."""

    paths: Sequence[str]
    finder: SettingsFinder
    targets: dict[str, Target] = field(default_factory=dict)
    analysed: dict[str, Analysed] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)

    @cached_property
    def project(self) -> Project:
        """Where imports are looked up: the paths given and the working folder, each also in its `src`."""
        from lstmlint.names.project import Project  # a run that interprets nothing need not import it

        folders = [path if os.path.isdir(path) else os.path.dirname(path) for path in map(os.path.abspath, self.paths)]
        candidates = [Path(folder, inner) for folder in (*folders, os.getcwd()) for inner in ("", "src")]
        return Project(tuple(folder for folder in dict.fromkeys(candidates) if folder.is_dir()))

    def look_at(self, target: Target, data: bytes | None = None) -> None:
        """Analyses a file; what goes wrong inside lstmlint is kept and the run goes on."""
        self.targets[target.absolute] = target
        read = _read(target.absolute) if data is None else data
        if isinstance(read, ReadProblem):
            self.note(target.absolute, read, target.settings)
            return
        try:
            found = analyse(read, target.absolute, target.settings, target.rules, lambda: self.project)
        except Exception as error:
            self.failures.append(Failure(target.path, error))
        else:
            self.analysed[target.absolute] = found

    def note(self, absolute: str, problem: ReadProblem, settings: Settings) -> None:
        """Keeps a file or folder that cannot be read."""
        self.targets.setdefault(absolute, Target(problem.path, absolute, settings))
        self.analysed[absolute] = Analysed((unreadable(replace(problem, path=absolute), settings),))

    def outcome(self) -> Outcome:
        """What the run came to."""
        found: dict[str, list[Diagnostic]] = {}
        for diagnostic in (diagnostic for known in self.analysed.values() for diagnostic in known.diagnostics):
            found.setdefault(diagnostic.span.path, []).append(diagnostic)
        kept = {absolute: self._kept(target, found.get(absolute, [])) for absolute, target in self.targets.items()}
        return Outcome(
            diagnostics=tuple(sorted((_shown(own, self._path) for each in kept.values() for own in each), key=_order)),
            sources={self._path(path): known.source for path, known in self.analysed.items() if known.source},
            files=len(self.targets),
            failures=tuple(self.failures),
            failed=any(self.targets[path].settings.fails(own.severity) for path, each in kept.items() for own in each),
        )

    def _kept(self, target: Target, found: list[Diagnostic]) -> list[Diagnostic]:
        """A file's findings, without those that its comments suppress, that are too unsure, or that say it twice."""
        rules = target.rules
        found = [diagnostic for diagnostic in found if diagnostic.rule in rules]
        known = self.analysed.get(target.absolute, Analysed())
        source = known.source or (SourceFile.read(target.absolute) if found else None)
        if isinstance(source, SourceFile):
            found = suppress(found, source, target.settings, known.ran)
        sure = [diagnostic for diagnostic in found if diagnostic.confidence >= target.settings.min_confidence]
        surest_last = sorted(sure, key=lambda diagnostic: diagnostic.confidence)
        return list({(each.rule, each.span, each.message): each for each in surest_last}.values())

    def _path(self, absolute: str) -> str:
        """The path as the user gave it; of a file that was not asked for, the one from the working folder."""
        if absolute in self.targets:
            return self.targets[absolute].path
        inside = absolute.startswith(os.getcwd() + os.sep)
        return os.path.relpath(absolute) if inside else absolute


def _order(diagnostic: Diagnostic) -> tuple[str, int, int, str, str]:
    span = diagnostic.span
    return span.path, span.line, span.column, diagnostic.code, diagnostic.message


def _shown(diagnostic: Diagnostic, path: Callable[[str], str]) -> Diagnostic:
    """A diagnostic with the paths that the user reads in every place of it."""

    def shown(span: Span) -> Span:
        return replace(span, path=path(span.path))

    fix = diagnostic.fix
    return replace(
        diagnostic,
        span=shown(diagnostic.span),
        because=tuple(Reason(shown(reason.span), reason.text) for reason in diagnostic.because),
        fix=fix and replace(fix, edits=tuple(Edit(shown(edit.span), edit.replacement) for edit in fix.edits)),
    )
