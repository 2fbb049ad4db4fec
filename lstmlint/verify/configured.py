"""What the configuration says of single models: `"models.py::Net" = { args = {...}, input = "B T 16" }`."""

from __future__ import annotations

import fnmatch
import os
from typing import Any

from lstmlint.engine.configuration import Configuration
from lstmlint.engine.errors import UsageError, unknown
from lstmlint.verify.contracts import Configured

KEYS = ("args", "causal", "dtype", "input")
SEPARATOR = "::"


def configured_in(configuration: Configuration, file: str) -> dict[str, Configured]:
    """The settings of the models of a file, by the model's name; `file` is absolute, patterns are from the root."""
    inside = os.path.relpath(file, configuration.root).replace(os.sep, "/")
    found = {}
    for key, table in configuration.verify:
        pattern, _, model = key.partition(SEPARATOR)
        if not model:
            raise UsageError(f"`verify.{key}`: a model is named as `file.py{SEPARATOR}Model`")
        settings = _checked(key, table)
        if fnmatch.fnmatch(inside, pattern) or fnmatch.fnmatch(inside, f"*/{pattern}"):
            found[model] = settings
    return found


def _checked(key: str, table: Any) -> Configured:
    if not isinstance(table, dict):
        raise UsageError(f"`verify.{key}` is a table, not {table!r}")
    for name in table:
        if name not in KEYS:
            raise UsageError(f"`verify.{key}`: {unknown('setting', name, KEYS)}")
    arguments, shape = table.get("args", {}), table.get("input", "")
    if not isinstance(arguments, dict):
        raise UsageError(f"`verify.{key}.args` is a table of constructor arguments, not {arguments!r}")
    sizes = tuple(str(shape).replace(",", " ").split())
    if not isinstance(shape, str) or not all(size.isdigit() or size in "BTNLS" for size in sizes):
        raise UsageError(f'`verify.{key}.input` is a shape such as "B T 16", not {shape!r}')
    return Configured(arguments, sizes, str(table.get("dtype", "")), bool(table.get("causal", False)))


def advice(configuration: Configuration, model: str, missing: tuple[str, ...], rank: int) -> str:
    """The line of configuration that would say what is missing: arguments, else an input (`rank`: of the one tried).

    `model` is named as `file.py::Model`. What only the user knows stands as dots.
    """
    arguments = ", ".join(f"{argument} = ..." for argument in missing)
    shape = " ".join(["B", "T", *["..."] * (max(rank, 2) - 2)])
    inner = f"args = {{ {arguments} }}" if missing else f'input = "{shape}"'
    meaning = "" if missing else ", its axes in the order in which the model reads them"
    return f'in {configuration.below("verify")}: "{model}" = {{ {inner} }}{meaning}'
