"""What a `lstmlint.toml` or the `[tool.lstmlint]` of a `pyproject.toml` says, checked key by key.

Whatever is wrong in one ends the run: a setting that is silently not understood is a rule that silently does not run.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from lstmlint.engine.errors import UsageError, unknown
from lstmlint.engine.selection import Layer, resolve
from lstmlint.findings import Confidence, Severity
from lstmlint.lean import dataclass
from lstmlint.rulebook import RuleBook
from lstmlint.versions import NEWEST, Version, Versions, parse

CONFIDENCES = {confidence.name.lower(): confidence for confidence in reversed(Confidence)}
SEVERITIES = {severity.name.lower(): severity for severity in reversed(Severity)}
FAIL_ON: dict[str, Severity | None] = {**SEVERITIES, "never": None}
"""The least severity that fails a run; None: nothing does."""

KEYS = (
    "exclude",
    "extend-select",
    "fail-on",
    "ignore",
    "keras-version",
    "min-confidence",
    "per-file-ignores",
    "select",
    "severity",
    "torch-version",
    "verify",
)

OWN_FILE = "lstmlint.toml"
PROJECT_FILE = "pyproject.toml"

WRAPPINGS = ("tool", "lstmlint")
TOP_LEVEL = "; outside of pyproject.toml the keys stand at the top level, not below `[tool.lstmlint]`"
"""What is said where a file of lstmlint's own is written as if it were the project's."""

Choice = TypeVar("Choice")


@dataclass(frozen=True)
class Configuration:
    """The settings of one file; patterns are relative to `root`. None: not set."""

    root: Path
    layer: Layer
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    exclude: tuple[str, ...] = ()
    severity: tuple[tuple[str, Severity], ...] = ()
    """Rules by name with another severity than their page's; `off` is an `ignore` in `layer`."""
    min_confidence: Confidence | None = None
    fail_on: str | None = None
    versions: Versions = NEWEST
    verify: tuple[tuple[str, Any], ...] = ()
    """What `verify` says of single models, by `file.py::Model`; checked where it is read."""
    file: str = PROJECT_FILE
    """The name of the file that says so; where none does, of the one that might."""

    def below(self, table: str) -> str:
        """Where the entries of a table stand, for messages: `lstmlint.toml, below [verify]`."""
        return f"{self.file}, below [{'tool.lstmlint.' if self.file == PROJECT_FILE else ''}{table}]"


def default(root: Path) -> Configuration:
    """The configuration where no file says anything."""
    return Configuration(root, Layer("the defaults"))


def read(path: Path, book: RuleBook) -> Configuration | None:
    """The configuration in a file; None for a `pyproject.toml` that has no `[tool.lstmlint]`."""
    try:
        data = path.read_bytes()
    except OSError as problem:
        raise UsageError(f"{path}: {problem.strerror or problem}") from problem
    if path.name == PROJECT_FILE and b"lstmlint" not in data:
        return None
    document = _parse(path, data)
    if path.name != PROJECT_FILE:
        return _Table(path, document, book).configuration()
    tools = document.get("tool", {})
    table = tools.get("lstmlint") if isinstance(tools, dict) else None
    return None if table is None else _Table(path, table, book).configuration()


def _parse(path: Path, data: bytes) -> dict[str, Any]:
    # Most runs meet no configuration: the parser is imported where one is read.
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise UsageError(f"{path}: not TOML: {problem}") from problem


class _Table:
    """A table of settings as it is being checked."""

    def __init__(self, path: Path, table: object, book: RuleBook) -> None:
        self.path = path
        self.book = book
        if not isinstance(table, dict):
            raise self.wrong("lstmlint", "a table", table)
        self.table: dict[str, Any] = table
        for key in self.table:
            if key not in KEYS:
                hint = TOP_LEVEL if path.name != PROJECT_FILE and key in WRAPPINGS else ""
                raise UsageError(f"{path}: {unknown('setting', key, KEYS)}{hint}")

    def configuration(self) -> Configuration:
        """The settings, each with the type it must have."""
        severity = self.severities()
        return Configuration(
            root=self.path.absolute().parent,
            layer=self.layer([rule for rule, level in severity.items() if level == "off"]),
            per_file_ignores=self.per_file_ignores(),
            exclude=self.strings("exclude") or (),
            severity=tuple((rule, SEVERITIES[level]) for rule, level in severity.items() if level != "off"),
            min_confidence=self.choice("min-confidence", CONFIDENCES),
            fail_on=self.choice("fail-on", dict(zip(FAIL_ON, FAIL_ON, strict=True))),
            versions=Versions(
                keras=self.version("keras-version", NEWEST.keras),
                torch=self.version("torch-version", NEWEST.torch),
            ),
            verify=tuple(self.mapping("verify").items()),
            file=self.path.name,
        )

    def layer(self, switched_off: Iterable[str]) -> Layer:
        """What the table selects."""
        return Layer(
            origin=str(self.path),
            select=self.selectors("select"),
            extend_select=self.selectors("extend-select") or (),
            ignore=(*(self.selectors("ignore") or ()), *switched_off),
        )

    def wrong(self, key: str, wanted: str, value: object) -> UsageError:
        """The error for a value that is not what its key wants."""
        return UsageError(f"{self.path}: `{key}` is {wanted}, not {value!r}")

    def version(self, key: str, newest: Version) -> Version:
        """A version in a string. A later minor version than the newest may change little, a later major one all."""
        value = self.table.get(key, str(newest))
        found = parse(value) if isinstance(value, str) else None
        if found is None:
            raise self.wrong(key, f'a version in quotes, such as "{newest}"', value)
        if found.major > newest.major:
            known = f'the newest that lstmlint knows is "{newest}", which is meant where the key is left out'
            raise UsageError(f"{self.path}: `{key}`: {value!r} is not known; {known}")
        return found

    def choice(self, key: str, choices: dict[str, Choice]) -> Choice | None:
        """One of a few words."""
        value = self.table.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or value not in choices:
            raise self.wrong(key, "one of " + ", ".join(choices), value)
        return choices[value]

    def strings(self, key: str) -> tuple[str, ...] | None:
        """A list of strings, None where the key is missing."""
        return None if key not in self.table else self.list_of_strings(key, self.table[key])

    def list_of_strings(self, key: str, value: object) -> tuple[str, ...]:
        """A value that must be a list of strings."""
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.wrong(key, "a list of strings", value)
        return tuple(value)

    def selectors(self, key: str) -> tuple[str, ...] | None:
        """A list of selectors that each mean a rule."""
        found = self.strings(key)
        for selector in found or ():
            resolve(selector, self.book, f"{self.path}: `{key}`")
        return found

    def mapping(self, key: str) -> dict[str, Any]:
        """A table inside the table, empty where it is missing."""
        value = self.table.get(key, {})
        if not isinstance(value, dict):
            raise self.wrong(key, "a table", value)
        return value

    def per_file_ignores(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Patterns with the selectors that do not apply to the files they match."""
        found = []
        for pattern, value in self.mapping("per-file-ignores").items():
            key = f"per-file-ignores.{pattern}"
            selectors = self.list_of_strings(key, value)
            for selector in selectors:
                resolve(selector, self.book, f"{self.path}: `{key}`")
            found.append((pattern, selectors))
        return tuple(found)

    def severities(self) -> dict[str, str]:
        """Rules by name with the word for their severity, in the order given; prefixes and codes are resolved."""
        found: dict[str, str] = {}
        for selector, level in self.mapping("severity").items():
            if level not in (*SEVERITIES, "off"):
                raise self.wrong(f"severity.{selector}", "one of " + ", ".join((*SEVERITIES, "off")), level)
            for rule in resolve(selector, self.book, f"{self.path}: `severity`")[1]:
                found[rule.name] = level
        return found
