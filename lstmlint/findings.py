"""What is said to the user: findings, the evidence they rest on, fixes, and how a check declares itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from enum import Enum, IntEnum
from typing import Any, TypeVar

from lstmlint.lean import dataclass
from lstmlint.source import Place, Span


class Confidence(IntEnum):
    """How sure a finding is; ordered, so that a minimum can be asked for."""

    POSSIBLE = 1
    LIKELY = 2
    CERTAIN = 3


class Severity(IntEnum):
    """How bad it is; ordered, so that a run can fail on the worst only."""

    INFO = 1
    WARNING = 2
    ERROR = 3


class Safety(Enum):
    """Whether a fix may be applied unseen."""

    SAFE = "safe"
    UNSAFE = "unsafe"


@dataclass(frozen=True)
class Evidence:
    """One of the places that contradict each other, and what it does."""

    place: Place
    text: str


@dataclass(frozen=True)
class Finding:
    """What a check yields: the place, one line of message, and the evidence. The rule is the check's own.

    `severity` overrides the page's where a rule has milder forms. One without a message takes back what less sure ones
    say of its place, perhaps in the run over another file: that a default is used there which nobody leaves as it is.
    """

    place: Place
    message: str
    because: tuple[Evidence, ...] = ()
    cure: str = ""
    confidence: Confidence = Confidence.CERTAIN
    severity: Severity | None = None


@dataclass(frozen=True)
class Edit:
    """Text that replaces a stretch of a file."""

    span: Span
    replacement: str


@dataclass(frozen=True)
class Fix:
    """Edits that belong together, applied whole or not at all."""

    title: str
    safety: Safety
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class Reason:
    """Evidence with its span worked out."""

    span: Span
    text: str


@dataclass(frozen=True)
class Diagnostic:
    """A finding as reported: rule, severity and spans resolved. This is what is sorted, cached and printed."""

    span: Span
    rule: str
    code: str
    severity: Severity
    confidence: Confidence
    message: str
    because: tuple[Reason, ...] = ()
    cure: str = ""
    fix: Fix | None = None

    @property
    def takes_back(self) -> bool:
        """True for one that is not reported, but keeps less sure ones of its rule and place from it."""
        return not self.message


def with_spans(diagnostic: Diagnostic, changed: Callable[[Span], Span]) -> Diagnostic:
    """A diagnostic with every span in it changed."""
    fix = diagnostic.fix
    return replace(
        diagnostic,
        span=changed(diagnostic.span),
        because=tuple(Reason(changed(reason.span), reason.text) for reason in diagnostic.because),
        fix=fix and replace(fix, edits=tuple(Edit(changed(edit.span), edit.replacement) for edit in fix.edits)),
    )


@dataclass(frozen=True)
class GivenUp:
    """What the interpreter did not follow to its end, and the bound that ended it."""

    path: str
    what: str
    bound: str


@dataclass(frozen=True)
class Found:
    """What interpreting a file, or a part of one, came to."""

    diagnostics: tuple[Diagnostic, ...] = ()
    given_up: tuple[GivenUp, ...] = ()
    steps: int = 0
    """How much work it was."""
    is_steered: bool = False
    """True where a comment of the file addresses lstmlint."""


CheckFunction = TypeVar("CheckFunction", bound=Callable[..., Iterator[Finding]])


@dataclass(frozen=True)
class Check:
    """A function that looks at one kind of event, and the rule it speaks for."""

    rule: str
    on: type[Any]
    run: Callable[..., Iterator[Finding]]


def check(rule: str, on: type[Any]) -> Callable[[CheckFunction], CheckFunction]:
    """Declares a check: `run(event, facts)` yields findings of `rule` for each event of type `on`.

    Checks are found by importing the modules of `lstmlint.checks`; the declaration is kept on the function.
    """

    def declare(function: CheckFunction) -> CheckFunction:
        declared: Any = function
        declared.check = Check(rule, on, function)
        return function

    return declare
