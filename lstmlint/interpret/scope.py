"""Where names live while the interpreter runs: files, frames, and the definitions behind function and class values."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import field
from enum import Enum

import libcst as cst

from lstmlint.lean import dataclass
from lstmlint.names.project import ModuleFile
from lstmlint.syntax.index import ClassEntry, FunctionEntry
from lstmlint.syntax.parse import Syntax, Unit
from lstmlint.values import Class, External, Function, Path, Value


class Flow(Enum):
    """How a statement ended."""

    NEXT = "next"
    STOP = "stop"
    """A return or raise: nothing behind it runs."""
    BREAK = "break"
    CONTINUE = "continue"


@dataclass(eq=False)
class Frame:
    """The variables of a module, class body or call, and what stands around them."""

    file: ModuleFile
    unit: Unit | None
    variables: dict[str, Value] = field(default_factory=dict)
    parent: Frame | None = None
    context: tuple[Hashable, ...] = ()
    """The chain of calls that led here; part of the identity of every unknown value made here."""
    owner: Class | None = None
    """The class whose method this is."""
    receiver: Value | None = None
    """The `self` of the method."""
    returns: list[tuple[Path, Value]] = field(default_factory=list)
    yields: list[Value] = field(default_factory=list)
    stars: list[External | ModuleFile] = field(default_factory=list)
    globals: set[str] = field(default_factory=set)
    is_module: bool = False
    pending: set[str] = field(default_factory=set)
    """Names whose definition is being worked out (a definition may mention itself)."""

    @property
    def module(self) -> Frame:
        """The frame of the file's top level."""
        frame = self
        while frame.parent is not None:
            frame = frame.parent
        return frame


@dataclass(eq=False)
class FunctionInfo:
    """What stands behind a `Function` value: its syntax, on demand, and its surroundings."""

    name: str
    ident: Hashable
    closure: Frame
    entry: FunctionEntry | None = None
    node: cst.FunctionDef | cst.Lambda | None = None
    unit: Unit | None = None
    owner: Class | None = None
    decorators: tuple[str, ...] = ()

    def syntax(self, syntax: Syntax) -> tuple[cst.FunctionDef | cst.Lambda, Unit] | None:
        """The function's concrete syntax and its unit; None where it cannot be parsed."""
        if self.node is None and self.entry is not None:
            unit = syntax.unit(self.closure.file.source, self.entry.lines)
            if unit is None or not isinstance(unit.statements[0], cst.FunctionDef):
                return None
            self.node, self.unit = unit.statements[0], unit
        return None if self.node is None or self.unit is None else (self.node, self.unit)

    @property
    def is_static(self) -> bool:
        """True for a staticmethod."""
        return any(text.endswith("staticmethod") for text in self.decorators)

    @property
    def is_class_method(self) -> bool:
        """True for a classmethod."""
        return any(text.endswith("classmethod") for text in self.decorators)

    @property
    def is_property(self) -> bool:
        """True where reading the attribute calls the function."""
        return any(text.endswith("property") for text in self.decorators)


@dataclass(eq=False)
class ClassInfo:
    """What stands behind a `Class` value."""

    name: str
    ident: Hashable
    closure: Frame
    bases: tuple[Value, ...]
    methods: dict[str, Function]
    decorators: tuple[str, ...] = ()
    entry: ClassEntry | None = None
    node: cst.ClassDef | None = None
    unit: Unit | None = None
    attributes: dict[str, Value] | None = None
    """Class attributes, once somebody asked for one."""
    fields: tuple[str, ...] = ()
    """Annotated names in order, the fields of a dataclass."""

    @property
    def has_known_bases(self) -> bool:
        """True where every base was found."""
        return self.entry is None or len(self.bases) == len(self.entry.bases)

    @property
    def is_dataclass(self) -> bool:
        """True where annotated class attributes are constructor arguments."""
        bases = [base.path.rpartition(".")[2] for base in self.bases if isinstance(base, External)]
        return any(text.rstrip("()").endswith(("dataclass", "define", "s")) for text in self.decorators) or (
            "NamedTuple" in bases or "BaseModel" in bases
        )
