"""The rule book on the screen: one rule's page, and the list of all rules."""

from __future__ import annotations

from io import StringIO

from rich import box
from rich.console import Console
from rich.markdown import Markdown
from rich.table import Table
from rich.text import Text

from lstmlint.rulebook import Rule, RuleBook

NARROW, WIDE = 88, 140
"""Columns for a page and for the list where no terminal says how wide it is."""


def page(rule: Rule, book: RuleBook, colour: bool, columns: int | None) -> str:
    """A rule's page, its front matter as one line on top."""
    facts = (
        f"{rule.code} · {rule.severity.name.lower()} · {', '.join(rule.frameworks)} · "
        f"fix: {rule.fix} · {rule.confidence.name.lower()} · since {rule.since}"
    )
    text = book.page(rule)
    return _printed([Text(facts, style="dim"), Markdown(text)], colour, min(columns or NARROW, NARROW))


def table(book: RuleBook, colour: bool, columns: int | None) -> str:
    """All rules by code: a row each."""
    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("code", "rule", "severity", "frameworks"):
        drawn.add_column(heading, no_wrap=True)
    drawn.add_column("what it reports", ratio=1)
    for rule in book.rules:
        drawn.add_row(rule.code, rule.name, rule.severity.name.lower(), ", ".join(rule.frameworks), rule.summary)
    return _printed([drawn], colour, columns or WIDE)


def _printed(things: list[Text | Markdown | Table], colour: bool, columns: int) -> str:
    file = StringIO()
    console = Console(
        file=file,
        width=columns,
        force_terminal=colour,
        color_system="standard" if colour else None,
        no_color=not colour,
        highlight=False,
    )
    for thing in things:
        console.print(thing)
    return "".join(f"{line.rstrip()}\n" for line in file.getvalue().split("\n")).rstrip("\n") + "\n"
