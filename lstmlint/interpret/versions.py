"""Code that knows of versions: what it asks for on purpose must not be called a mistake.

A program may choose Keras 2 for a whole file, or ask which version is installed before it names something that some
versions lack: by comparing versions, by `hasattr`, or by trying.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import libcst as cst

from lstmlint.catalogue.keras_removed import NAMES
from lstmlint.events import LibraryName
from lstmlint.interpret.conditions import Verdict, decide
from lstmlint.interpret.run import Run
from lstmlint.interpret.scope import Frame
from lstmlint.source import Place
from lstmlint.values import Condition, assumption

_CHOSEN = re.compile(
    r"^[ \t]*(?:from|import)[ \t]+(?:tf_keras|tensorflow\.compat\.v1)\b|TF_USE_LEGACY_KERAS", re.MULTILINE
)
_ELSEWHERE = re.compile(r"compat\.v1|contrib|tf_keras|tensorflow\.python|keras\.src")
_ASKS = re.compile(r"version|hasattr|legacy|(?:^|_|\b)(?:tf|keras|v)_?[123](?:_|\b)", re.IGNORECASE)
_RESETS = re.compile(r"reset_state|\.states\b")
_SETS = re.compile(r"reset_state|\.states\b(?:\[[^]\n]*\])*[ \t]*=(?!=)")
"""A reset, or states that are given something, where `_WRITES` finds nothing."""
_WRITES = re.compile(r"assign|set_value|setattr|\bcopy|reset(?!_state)|clear")
"""What a file has that sets states which it has got hold of under another name."""
_STATES = re.compile(r"\.states\b")
_CLOSED = re.compile(r"\([^()]*\)")
_OPEN = re.compile(r"([\w.]+)\(")
_LOOKS = re.compile(r"(?:np|numpy|tf|tensorflow|ops|keras|K|jnp|math|log\w*)\.|[\w.]+\.(?:append|write)$")
"""Functions that only look at what they are given, or keep it."""
_DEFINED = re.compile(r"^[ \t]*(?:async[ \t]+)?def[ \t]+(\w+)")
_LAMBDA = re.compile(r"\blambda\b")
_MISSING = frozenset(
    ("ImportError", "ModuleNotFoundError", "AttributeError", "TypeError", "ValueError", "Exception", "BaseException")
)


@lru_cache(maxsize=8)
def asks_for_keras_2(text: str) -> bool:
    """True for a file that imports tf_keras or TensorFlow 1's interface, or switches TensorFlow to Keras 2."""
    return _CHOSEN.search(text) is not None


def resetting(text: str) -> frozenset[str]:
    """The functions of a file that name the states of a Keras layer from outside, to reset or to set them.

    The name is that of the innermost `def` around such a place, "" where there is none, and `lambda` in one of those.
    States that are only looked at do not count: nothing in the file could set them, and nobody else is given them.
    """
    naming = _RESETS if _WRITES.search(text) or _hands_on_states(text) else _SETS
    places = [match.start() for match in naming.finditer(text)]
    return frozenset(_functions_around(text, places)) if places else frozenset()


def _functions_around(text: str, places: Sequence[int]) -> Iterator[str]:
    """For each place, in their order, the name of the function whose block it stands in."""
    rest, open_blocks = iter(places), [(-1, "")]
    place, start = next(rest, None), 0
    for line in text.splitlines(keepends=True):
        bare = line.lstrip()
        if bare and bare[0] not in "#)]}":
            while open_blocks[-1][0] >= len(line) - len(bare):
                open_blocks.pop()
        defined = _DEFINED.match(line)
        while place is not None and place < start + len(line):
            yield "lambda" if _LAMBDA.search(line, 0, place - start) else open_blocks[-1][1]
            place = next(rest, None)
        if defined is not None:
            open_blocks.append((len(line) - len(bare), defined[1]))
        start += len(line)


def _hands_on_states(text: str) -> bool:
    """True where a function that may be defined elsewhere is given a layer's states."""
    for match in _STATES.finditer(text):
        before, rest = "", text[max(0, match.start() - 400) : match.start()]
        while before != rest:
            before, rest = rest, _CLOSED.sub("", rest)
        if any(not hasattr(builtins, name) and not _LOOKS.match(name) for name in _OPEN.findall(rest)):
            return True
    return False


def ask(run: Run, frame: Frame, test: cst.BaseExpression) -> Verdict:
    """Decides a condition; one that asks for versions is remembered, so that its branches are known to be guarded."""
    verdict, key = decide(run, frame, test)
    condition = assumption(key, True)[0]
    is_new = verdict is None and condition not in run.world.guards
    if is_new and frame.unit is not None and _ASKS.search(frame.unit.text(test)):
        run.world.guards.add(condition)
    return verdict, key


def note_attempt(run: Run, node: cst.Try | cst.TryStar, key: Condition) -> None:
    """Remembers a `try` that is ready for a name, module or argument not to be there."""
    if any(_expects_missing(handler.type) for handler in node.handlers):
        run.world.guards.add(key)


def _expects_missing(kind: cst.BaseExpression | None) -> bool:
    if isinstance(kind, cst.Tuple):
        return any(_expects_missing(element.value) for element in kind.elements)
    return kind is None or (isinstance(kind, cst.Name) and kind.value in _MISSING)


def note_import(run: Run, frame: Frame, path: str, node: cst.CSTNode) -> bool:
    """Tells of an imported module or name that Keras 3 lacks, or whose module it lacks; True where it does."""
    if frame.file is not run.frames[0].file or _ELSEWHERE.search(path):
        return False
    parts = path.removeprefix("tensorflow.").split(".")
    name = next((own for own in (".".join(parts[: n + 1]) for n in range(len(parts))) if own in NAMES), None)
    if name is not None:
        run.world.emit(LibraryName(place=run.at(frame, node), name=name))
    return name is not None


def note_attribute(run: Run, path: str, place: Place) -> None:
    """Tells of a name that Keras 3 lacks, where it is written as an attribute of a module."""
    if path in NAMES and not _ELSEWHERE.search(place.text) and place.span.path == run.frames[0].file.source.path:
        run.world.emit(LibraryName(place=place, name=path))
