"""The commonest run of all: a hook over files that have nothing to do with a recurrent layer.

Whether a command line is such a run is found out here with next to nothing imported; what it then says is what the
long way round would have said.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence

from lstmlint.report.counting import found_none
from lstmlint.triage import concerns, mentions_framework

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
    found = [_read(file) for file in files]
    contents = {file: data for file, data in zip(files, found, strict=True) if data is not None}
    if len(contents) < len(files) or _concern(contents):
        return None
    return "" if options & _QUIET else found_none(len(files))


def _read(file: str) -> bytes | None:
    if not os.path.isfile(file):
        return None
    try:
        with open(file, "rb") as stream:
            return stream.read()
    except OSError:
        return None


def _concern(contents: Mapping[str, bytes]) -> bool:
    """True where one of the files names something recurrent, or imports it from the project."""
    if any(concerns(data) for data in contents.values()):
        return True
    users = {file: data for file, data in contents.items() if mentions_framework(data)}
    if not users:
        return False
    from lstmlint.names.locate import Locator, import_roots
    from lstmlint.names.reach import Reach  # needs `re`, which a run without torch and Keras can do without

    reach = Reach(Locator(import_roots(contents)))
    return any(reach.concerns(data, file) for file, data in users.items())


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
