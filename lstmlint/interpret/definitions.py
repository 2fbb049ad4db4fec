"""Functions and classes of the linted program as values, and the order in which a class asks its bases."""

from __future__ import annotations

import libcst as cst

from lstmlint.interpret.run import Run
from lstmlint.interpret.scope import ClassInfo, Frame, FunctionInfo
from lstmlint.lean import dataclass
from lstmlint.names.canonical import canonical
from lstmlint.source import Span
from lstmlint.syntax.index import ClassEntry, FunctionEntry
from lstmlint.values import Class, External, Function, Instance, Value


@dataclass(frozen=True)
class Nowhere:
    """The place of something that is not looked at as an expression."""

    path: str
    line: int = 1
    text: str = ""

    @property
    def span(self) -> Span:
        """The start of the line."""
        return Span(self.path, self.line, 1, self.line, 1)


def _add_function(run: Run, info: FunctionInfo) -> Function:
    value = Function(run.key("function", info.ident, id(info.closure)), info.name)
    run.functions.setdefault(value.key, info)
    return value


def define_indexed_function(run: Run, frame: Frame, entry: FunctionEntry, owner: Class | None = None) -> Function:
    """A function or method known from the file's index; it is parsed when it is first called."""
    ident = (frame.file.source.path, entry.lines.first, entry.name)
    return _add_function(run, FunctionInfo(entry.name, ident, frame, entry, owner=owner, decorators=entry.decorators))


def define_function(run: Run, frame: Frame, node: cst.FunctionDef, owner: Class | None = None) -> Function:
    """A function defined inside another definition, whose syntax is there already."""
    assert frame.unit is not None
    texts = tuple(frame.unit.text(decorator.decorator) for decorator in node.decorators)
    info = FunctionInfo(node.name.value, id(node), frame, None, node, frame.unit, owner, texts)
    return _add_function(run, info)


def define_lambda(run: Run, frame: Frame, node: cst.Lambda) -> Function:
    """A lambda expression as a function."""
    return _add_function(run, FunctionInfo("lambda", id(node), frame, None, node, frame.unit, frame.owner))


def define_indexed_class(run: Run, frame: Frame, entry: ClassEntry) -> Class:
    """A class known from the file's index; its methods and attributes are parsed when asked for."""
    ident = (frame.file.source.path, entry.lines.first, entry.name)
    value = Class(run.key("class", ident, id(frame)), entry.name)
    if value.key not in run.classes:
        info = ClassInfo(entry.name, ident, frame, (), {}, entry.decorators, entry)
        run.classes[value.key] = info
        info.bases = tuple(base for text in entry.bases if (base := _dotted(run, frame, text, entry)) is not None)
        run.ancestries.clear()
        info.methods = {
            name: define_indexed_function(run, frame, method, value) for name, method in entry.methods.items()
        }
    return value


def define_class(run: Run, frame: Frame, node: cst.ClassDef) -> Class:
    """A class defined inside a function or class body."""
    assert frame.unit is not None
    value = Class(run.key("class", id(node), id(frame)), node.name.value)
    if value.key in run.classes:
        return value
    bases = tuple(run.evaluate(frame, arg.value) for arg in node.bases if arg.star == "")
    texts = tuple(frame.unit.text(decorator.decorator) for decorator in node.decorators)
    info = ClassInfo(node.name.value, id(node), frame, bases, {}, texts, None, node, frame.unit)
    run.classes[value.key] = info
    body = node.body.body if isinstance(node.body, cst.IndentedBlock) else ()
    info.methods = {
        child.name.value: define_function(run, frame, child, value)
        for child in body
        if isinstance(child, cst.FunctionDef)
    }
    return value


def _dotted(run: Run, frame: Frame, text: str, entry: ClassEntry) -> Value | None:
    """The value of a dotted name given as text, a base of a class."""
    place = Nowhere(frame.file.source.path, entry.line, text)
    head, *rest = text.split(".")
    value = run.find_name(run, frame, head)
    for part in rest:
        value = value and run.attribute(value, part, place)
    return value


def ancestry(run: Run, cls: Class) -> tuple[Value, ...]:
    """A class and its bases in the order in which attributes are looked for; library classes as External."""
    if cls.key not in run.ancestries:
        run.ancestries[cls.key] = (cls,)  # for a class among its own bases
        lines = [ancestry(run, base) if isinstance(base, Class) else (base,) for base in run.cls(cls).bases]
        behind = dict.fromkeys(value for line in reversed(lines) for value in reversed(line) if value != cls)
        run.ancestries[cls.key] = (cls, *reversed(behind))
    return run.ancestries[cls.key]


def find_method(run: Run, cls: Class, name: str, after: Class | None = None) -> Function | None:
    """A method of the linted program by name, in the class or its bases; with `after`, behind that class only."""
    line = ancestry(run, cls)
    if after is not None and after in line:
        line = line[line.index(after) + 1 :]
    for ancestor in line:
        if isinstance(ancestor, Class) and name in run.cls(ancestor).methods:
            return run.cls(ancestor).methods[name]
    return None


def library_bases(run: Run, cls: Class) -> tuple[str, ...]:
    """The canonical paths of the library classes that a class derives from."""
    return tuple(canonical(base.path) for base in ancestry(run, cls) if isinstance(base, External))


TORCH_MODULES = ("torch.nn.", "lightning.", "pytorch_lightning.")


def is_torch_module(run: Run, value: Value | None) -> bool:
    """True for an object of the program whose class derives from torch.nn.Module."""
    return isinstance(value, Instance) and any(base.startswith(TORCH_MODULES) for base in library_bases(run, value.cls))


KERAS_LAYERS = ("keras.layers.", "keras.Layer", "keras.Model", "keras.Sequential")


def is_keras_layer(run: Run, value: Value | None) -> bool:
    """True for an object of the program whose class derives from a Keras layer, or from keras.Model."""
    return isinstance(value, Instance) and any(base.startswith(KERAS_LAYERS) for base in library_bases(run, value.cls))
