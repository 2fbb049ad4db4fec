"""Reads the rule book: one Markdown page per rule, named like the rule, with its facts in flat front matter.

A wheel carries the pages inside the package; a checkout, also one installed in place, reads the folder beside it.
Metadata stands in the pages and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, cached_property
from itertools import takewhile
from pathlib import Path

from lstmlint.findings import Confidence, Severity
from lstmlint.lean import dataclass

FENCE = "---"
FIXES = ("none", "safe", "unsafe")
KEYS = ("code", "summary", "severity", "frameworks", "fix", "confidence", "since")
OBSERVED = "LST8"
"""What the codes of rules begin with that speak only where a model is run; no check looks for them in the source."""
TOOL = "LST9"
"""What the codes of rules begin with that speak of a run and not of a model; they have a page and no check."""

ALIKE = 0.6
"""How alike a misspelt name and the one it means are at least, from 0 to 1."""

_PACKAGE = Path(__file__).parent


class RuleBookError(Exception):
    """The rule book is missing, empty, or a page of it cannot be read."""


@dataclass(frozen=True)
class Rule:
    """What the front matter of a page says of its rule."""

    name: str
    code: str
    summary: str
    severity: Severity
    frameworks: tuple[str, ...]
    fix: str
    """none, safe or unsafe."""
    confidence: Confidence
    since: str

    @property
    def is_tool(self) -> bool:
        """True for a rule about the run itself (a file that cannot be read), which no check module speaks for."""
        return self.code.startswith(TOOL)

    @property
    def is_observed(self) -> bool:
        """True for a rule about what running a model shows, which `verify` alone reports."""
        return self.code.startswith(OBSERVED)


@dataclass(frozen=True)
class RuleBook:
    """All rules, by code, and where their pages are."""

    folder: Path
    rules: tuple[Rule, ...]

    @cached_property
    def by_name(self) -> dict[str, Rule]:
        """The rules by their names."""
        return {rule.name: rule for rule in self.rules}

    @cached_property
    def by_code(self) -> dict[str, Rule]:
        """The rules by their codes."""
        return {rule.code: rule for rule in self.rules}

    def find(self, text: str) -> Rule | None:
        """The rule with a name or code; neither minds the case."""
        return self.by_name.get(text.lower()) or self.by_code.get(text.upper())

    def begins_with(self, prefix: str) -> tuple[Rule, ...]:
        """The rules whose code begins so (LST1, LST10, LST101)."""
        return tuple(rule for rule in self.rules if rule.code.startswith(prefix.upper()))

    def nearest(self, text: str) -> str | None:
        """The rule's name or code that a misspelt one most likely means."""
        return nearest(text.lower(), self.by_name) or nearest(text.upper(), self.by_code)

    def page(self, rule: Rule) -> str:
        """The Markdown of a rule's page, behind its front matter."""
        text = (self.folder / f"{rule.name}.md").read_text(encoding="utf-8")
        return text.split(f"\n{FENCE}\n", 1)[1].lstrip("\n")


def nearest(text: str, names: Iterable[str]) -> str | None:
    """The name that a misspelt text most likely means, None where none is near."""
    from difflib import SequenceMatcher  # costs a start that misspells nothing

    def likeness(name: str) -> tuple[float, int]:
        """How alike the two are; of names equally alike, the one that begins alike is meant (LST1O1: LST101)."""
        alike = takewhile(lambda pair: pair[0] == pair[1], zip(text, name, strict=False))
        return SequenceMatcher(None, text, name).ratio(), len(list(alike))

    best = max(names, key=likeness, default="")
    return best if likeness(best)[0] >= ALIKE else None


@cache
def rule_book() -> RuleBook:
    """The rule book of this installation, read once per process."""
    inside = _PACKAGE / "_rules"
    return read_book(inside if inside.is_dir() else _PACKAGE.parent / "rules")


def read_book(folder: Path) -> RuleBook:
    """The rule book in a folder; an empty one is an error, for a linter without rules finds nothing wrong."""
    rules = sorted((_read_rule(page) for page in folder.glob("*.md")), key=lambda rule: rule.code)
    if not rules:
        raise RuleBookError(f"the rule book is empty: no pages in {folder}")
    return RuleBook(folder, tuple(rules))


def _read_rule(page: Path) -> Rule:
    facts = _front_matter(page)
    try:
        return Rule(
            name=page.stem,
            code=facts["code"],
            summary=facts["summary"],
            severity=Severity[facts["severity"].upper()],
            frameworks=tuple(part.strip() for part in facts["frameworks"].split(",")),
            fix=FIXES[FIXES.index(facts["fix"])],
            confidence=Confidence[facts["confidence"].upper()],
            since=facts["since"],
        )
    except (KeyError, ValueError) as problem:
        raise RuleBookError(f"{page}: the front matter lacks or misstates {problem}") from problem


def _front_matter(page: Path) -> dict[str, str]:
    """The `key: value` lines between the first two fences. The body, which is far longer, is not read."""
    facts: dict[str, str] = {}
    with page.open(encoding="utf-8") as lines:
        if next(lines, "").rstrip() != FENCE:
            raise RuleBookError(f"{page}: a page begins with front matter")
        for line in lines:
            if line.rstrip() == FENCE:
                return facts
            key, _, value = line.partition(":")
            facts[key.strip()] = value.strip()
    raise RuleBookError(f"{page}: the front matter has no end")
