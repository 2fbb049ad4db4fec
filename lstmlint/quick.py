"""The commonest run of all: a hook over files that name no recurrent layer.

Whether a command line is such a run is found out here with next to nothing imported; what it then says is what the
long way round would have said.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from lstmlint.report.counting import found_none
from lstmlint.triage import concerns

_WITHOUT_EFFECT = frozenset({"--force-exclude", "--no-cache", "--exit-zero"})
"""Options that change nothing where nothing is found in files that are named."""
_QUIET = frozenset({"--quiet", "-q"})
_CONFIGURATIONS = (("lstmlint.toml", b""), ("pyproject.toml", b"lstmlint"))
"""Files that may configure lstmlint, and what stands in them if they do."""


def answer(arguments: Sequence[str]) -> str | None:
    """What a run prints that looks only at files without anything recurrent; None where it takes more to know.

    A configuration, which might be wrong, and every argument but files and a few options take more.
    """
    given = list(arguments[1:] if arguments[:1] == ["check"] else arguments)
    files = {os.path.abspath(argument) for argument in given if not argument.startswith("-")}
    options = {argument for argument in given if argument.startswith("-")}
    if not files or not options <= _WITHOUT_EFFECT | _QUIET or _is_configured(files):
        return None
    if any(_may_concern(file) for file in files):
        return None
    return "" if options & _QUIET else found_none(len(files))


def _may_concern(file: str) -> bool:
    if not os.path.isfile(file):
        return True
    try:
        with open(file, "rb") as stream:
            return concerns(stream.read())
    except OSError:
        return True


def _is_configured(files: Iterable[str]) -> bool:
    """True where a configuration lies above one of the files."""
    folders = {os.path.dirname(file) for file in files}
    while folders:
        for folder in folders:
            if any(_holds(os.path.join(folder, name), text) for name, text in _CONFIGURATIONS):
                return True
        folders = {os.path.dirname(folder) for folder in folders if os.path.dirname(folder) != folder}
    return False


def _holds(file: str, text: bytes) -> bool:
    try:
        with open(file, "rb") as stream:
            return text in stream.read()
    except OSError:
        return False
