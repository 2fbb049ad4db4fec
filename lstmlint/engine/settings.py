"""What applies to one file: the command line over the nearest configuration over the rule book."""

from __future__ import annotations

import os
from dataclasses import field
from functools import cached_property
from pathlib import Path

from lstmlint.engine import configuration
from lstmlint.engine.configuration import FAIL_ON, OWN_FILE, PROJECT_FILE, Configuration
from lstmlint.engine.patterns import Patterns
from lstmlint.engine.selection import Layer, names_of, resolve, selected
from lstmlint.findings import Confidence, Finding, Severity
from lstmlint.lean import dataclass
from lstmlint.rulebook import RuleBook


@dataclass(frozen=True)
class Options:
    """What the command line says of a run. None: not said."""

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    force_exclude: bool = False
    min_confidence: Confidence | None = None
    fail_on: str | None = None
    config: Path | None = None
    isolated: bool = False

    @property
    def layer(self) -> Layer:
        """What the command line selects."""
        return Layer("the command line", self.select, self.extend_select, self.ignore)


@dataclass(frozen=True)
class Settings:
    """The settings of the files that share a configuration."""

    book: RuleBook
    options: Options
    configuration: Configuration

    @cached_property
    def rules(self) -> frozenset[str]:
        """The names of the rules that run."""
        return selected((self.configuration.layer, self.options.layer), self.book)

    def ignored_in(self, path: str) -> frozenset[str]:
        """The names of the rules that do not apply to a file, by its absolute path."""
        return frozenset().union(*(names for patterns, names in self._per_file if patterns.match(path)))

    @cached_property
    def _per_file(self) -> tuple[tuple[Patterns, frozenset[str]], ...]:
        return tuple(
            (
                Patterns(str(self.configuration.root), (pattern,)),
                names_of(selectors, self.book, self.configuration.layer.origin),
            )
            for pattern, selectors in self.configuration.per_file_ignores
        )

    def severity(self, rule: str, finding: Finding | None = None) -> Severity:
        """How bad a finding is: what the configuration says of the rule, else the finding itself, else the page."""
        configured = dict(self.configuration.severity).get(rule)
        own = finding.severity if finding else None
        return configured or own or self.book.by_name[rule].severity

    @property
    def min_confidence(self) -> Confidence:
        """What is shown is at least so sure."""
        return self.options.min_confidence or self.configuration.min_confidence or Confidence.LIKELY

    def fails(self, severity: Severity) -> bool:
        """True where a finding of this severity makes the run end with 1."""
        least = FAIL_ON[self.options.fail_on or self.configuration.fail_on or "warning"]
        return least is not None and severity >= least

    def excludes(self, path: str) -> bool:
        """True where a path is excluded; absolute, with a trailing slash for a folder."""
        return any(patterns.match(path) for patterns in self._excluded)

    @cached_property
    def _excluded(self) -> tuple[Patterns, ...]:
        return (
            Patterns(str(self.configuration.root), self.configuration.exclude),
            Patterns(os.getcwd(), self.options.exclude),
        )


@dataclass
class SettingsFinder:
    """Finds the settings of each file: those of the nearest configuration above it, unless one is named."""

    book: RuleBook
    options: Options
    _read: dict[Path, Settings | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        said = (self.options.select or (), self.options.extend_select, self.options.ignore)
        for option, selectors in zip(("--select", "--extend-select", "--ignore"), said, strict=True):
            for selector in selectors:
                resolve(selector, self.book, option)

    @cached_property
    def _default(self) -> Settings:
        return Settings(self.book, self.options, configuration.default(Path.cwd()))

    @cached_property
    def _fixed(self) -> Settings | None:
        """The one configuration for every file, where the command line decides on it."""
        if self.options.isolated:
            return self._default
        if self.options.config is not None:
            found = configuration.read(self.options.config, self.book)
            return Settings(self.book, self.options, found) if found else self._default
        return None

    def inside(self, folder: str) -> Settings:
        """The settings of the files in a folder, by its absolute path."""
        if self._fixed is not None:
            return self._fixed
        path = Path(folder)
        return next(filter(None, map(self._at, (path, *path.parents))), self._default)

    def _at(self, folder: Path) -> Settings | None:
        """The settings whose configuration lies in this very folder."""
        if folder not in self._read:
            candidates = (folder / name for name in (OWN_FILE, PROJECT_FILE))
            found = (configuration.read(file, self.book) for file in candidates if file.is_file())
            own = next(filter(None, found), None)
            self._read[folder] = Settings(self.book, self.options, own) if own else None
        return self._read[folder]
