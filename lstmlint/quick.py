"""The commonest runs of all: a hook over files that have nothing to do with a recurrent layer, and one over files that
have not changed since the last time.

Whether a command line is such a run is found out here with next to nothing imported; what it then says is what the
long way round would have said, or did say.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence

from lstmlint.report.counting import found_none
from lstmlint.triage import concerns, mentions_framework

TYPE_CHECKING = False  # as in `typing`, which takes longer to import than a short run
if TYPE_CHECKING:
    from lstmlint.answers import Answer

CACHE_FOLDER = ".lstmlint_cache"

_WITHOUT_EFFECT = frozenset({"--force-exclude", "--no-cache", "--exit-zero"})
"""Options that change nothing where nothing is found in files that are named."""
_QUIET = frozenset({"--quiet", "-q"})
_FLAGS = _WITHOUT_EFFECT | _QUIET | {"--isolated"}
_VALUED = frozenset(
    {
        "--select",
        "--extend-select",
        "--ignore",
        "--min-confidence",
        "--fail-on",
        "--exclude",
        "--cache-dir",
        "--output-format",
        "--jobs",
        "-j",
    }
)
"""Options with a value, of runs that the arguments and the files decide on."""
_CONFIGURATIONS = (("lstmlint.toml", b""), ("pyproject.toml", b"lstmlint"))
"""Files that may configure lstmlint, and what stands in them if they do."""


class Question:
    """A command line that lints files, all of which are there, and what stands in them."""

    def __init__(self, arguments: Sequence[str], options: Mapping[str, str], contents: Mapping[str, bytes]) -> None:
        self.arguments = arguments
        self.options = options
        self.contents = contents
        """By absolute path."""

    @property
    def cache_folder(self) -> str | None:
        """Where results are kept; None: nowhere."""
        if "--no-cache" in self.options:
            return None
        return cache_folder(self.options.get("--cache-dir"))

    def concerns_models(self) -> bool:
        """True where one of the files names something recurrent itself."""
        return any(map(concerns, self.contents.values()))

    def concerns_imports(self) -> bool:
        """True where one of the others imports it from the project."""
        users = {file: data for file, data in self.contents.items() if mentions_framework(data) and not concerns(data)}
        if not users:
            return False
        from lstmlint.names.locate import Locator, import_roots
        from lstmlint.names.reach import Reach  # needs `re`, which a run without torch and Keras can do without

        reach = Reach(Locator(import_roots(self.contents)))
        return any(reach.concerns(data, file) for file, data in users.items())

    def is_configured(self) -> bool:
        """True where a configuration lies above one of the files."""
        return any(data is not None and text in data for data, text in self._configurations())

    def key(self) -> str:
        """A fingerprint of all that decides on the answer, but for what is looked up in other files of the project."""
        from lstmlint.answers import digest, program

        texts = (program(), os.getcwd(), *self.arguments, "", *self.contents)
        configurations = (b"" if data is None else b"+" + data for data, _ in self._configurations())
        return digest(*map(os.fsencode, texts), *self.contents.values(), *configurations)

    def _configurations(self) -> Iterable[tuple[bytes | None, bytes]]:
        """What the files hold that may configure lstmlint, the nearest first, and what stands in them if they do."""
        folders = {os.path.dirname(file): None for file in self.contents}
        while folders:
            for folder in folders:
                for name, text in _CONFIGURATIONS:
                    yield _read(os.path.join(folder, name)), text
            folders = {os.path.dirname(folder): None for folder in folders if os.path.dirname(folder) != folder}


def question(arguments: Sequence[str]) -> Question | None:
    """What a command line asks; None where it is no such run.

    Of options that are known only to the long way, it is not said here whether they are right.
    """
    files, options = [], {}
    given = iter(arguments[1:] if arguments[:1] == ["check"] else arguments)
    for argument in given:
        name, is_joined, value = argument.partition("=")
        if name in _VALUED:
            options[name] = value if is_joined else next(given, "")
        elif argument in _FLAGS:
            options[argument] = ""
        elif argument.startswith("-"):
            return None
        else:
            files.append(os.path.abspath(argument))
    found = {file: data for file in files if (data := _read(file)) is not None}
    return Question(arguments, options, found) if found and len(found) == len(set(files)) else None


def answer(arguments: Sequence[str]) -> Answer | None:
    """What a run ends with and prints, where that is soon said; None where it takes more to know."""
    asked = question(arguments)
    if asked is None:
        return None
    if not asked.concerns_models():
        # A configuration might be wrong, and so might a value.
        if not asked.options.keys() <= _WITHOUT_EFFECT | _QUIET or asked.is_configured() or asked.concerns_imports():
            return None
        return 0, "" if asked.options.keys() & _QUIET else found_none(len(asked.contents))
    folder = asked.cache_folder
    if folder is None or is_terminal() or not os.path.isdir(folder) or asked.concerns_imports():
        return None
    from lstmlint.answers import recalled

    return recalled(folder, asked.key())


def cache_folder(said: str | None) -> str:
    """Where results are kept: as told, else as the environment says, else in the working folder."""
    return os.path.abspath(said or os.environ.get("LSTMLINT_CACHE_DIR") or CACHE_FOLDER)


def is_terminal() -> bool:
    """True where somebody watches, so that what is printed depends on the terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def write(text: str) -> None:
    """Prints what a run says."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read has what they wanted; what is left in the buffer must not fail at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _read(file: str) -> bytes | None:
    try:
        if not os.path.isfile(file):
            return None
        with open(file, "rb") as stream:
            return stream.read()
    except (OSError, ValueError):
        return None
