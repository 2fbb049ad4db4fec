"""Which rules layers of selectors leave."""

from __future__ import annotations

import pytest

from lstmlint.engine.errors import UsageError
from lstmlint.engine.selection import Layer, names_of, resolve, selected
from lstmlint.rulebook import rule_book

BOOK = rule_book()
FIRST, HN = "torch-missing-batch-first", "torch-hn-layout"
UNREADABLE = {"syntax-error", "unreadable-file"}


def left(*layers: Layer) -> frozenset[str]:
    return selected(layers, BOOK)


def test_all_rules_run_unless_told_otherwise() -> None:
    assert left(Layer("a")) == set(BOOK.by_name)


@pytest.mark.parametrize("selector", [FIRST, "LST101", "lst101"])
def test_names_and_codes_select_one_rule(selector: str) -> None:
    assert left(Layer("a", select=(selector,))) == {FIRST} | UNREADABLE


def test_the_beginning_of_a_code_selects_all_that_begin_so() -> None:
    names = left(Layer("a", select=("LST2",)))
    assert names - UNREADABLE == {rule.name for rule in BOOK.rules if rule.code.startswith("LST2")}


def test_everything_can_be_selected_and_ignored() -> None:
    assert left(Layer("a", select=("ALL",))) == set(BOOK.by_name)
    assert left(Layer("a", ignore=("all",))) == set()


def test_ignoring_takes_away() -> None:
    assert left(Layer("a", ignore=("LST101",))) == set(BOOK.by_name) - {FIRST}


def test_the_more_precise_selector_wins() -> None:
    assert FIRST in left(Layer("a", select=("LST101",), ignore=("LST1",)))
    assert FIRST not in left(Layer("a", select=("LST1",), ignore=("LST101",)))
    assert FIRST in left(Layer("a", select=("LST10",), ignore=("LST1",)))
    assert FIRST not in left(Layer("a", select=("LST1",), ignore=("LST1",)))


def test_a_stronger_layer_that_selects_starts_afresh() -> None:
    assert FIRST in left(Layer("a", ignore=("LST101",)), Layer("b", select=("LST1",)))


def test_a_stronger_layer_that_does_not_select_goes_on() -> None:
    assert left(Layer("a", select=("LST101", "LST104")), Layer("b", ignore=("LST1",))) == UNREADABLE
    assert left(Layer("a", select=("LST101",)), Layer("b", extend_select=("LST104",))) == {FIRST, HN} | UNREADABLE
    assert FIRST in left(Layer("a", ignore=("LST1",)), Layer("b", extend_select=("LST101",)))


def test_files_that_cannot_be_read_are_ignored_only_by_name() -> None:
    assert left(Layer("a", select=("LST101",), ignore=("LST901", "unreadable-file"))) == {FIRST}


@pytest.mark.parametrize(
    ("selector", "said"), [("LST1O1", "`LST101`"), ("torch-hnlayout", f"`{HN}`"), ("xyz", "`xyz`")]
)
def test_what_means_no_rule_is_said_with_its_source(selector: str, said: str) -> None:
    with pytest.raises(UsageError, match=f"the command line: unknown rule .*{said}"):
        resolve(selector, BOOK, "the command line")


def test_the_names_of_selectors() -> None:
    assert names_of(["LST101", HN], BOOK, "a") == {FIRST, HN}
