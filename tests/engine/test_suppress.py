"""What comments suppress, and when they are said to suppress nothing."""

from __future__ import annotations

import pytest

from lstmlint.engine.settings import Options, SettingsFinder
from lstmlint.engine.suppress import suppress
from lstmlint.findings import Confidence, Diagnostic, Safety, Severity
from lstmlint.rulebook import rule_book
from lstmlint.source import SourceFile

BOOK = rule_book()
SETTINGS = SettingsFinder(BOOK, Options(isolated=True)).inside("/")
ALL = frozenset(BOOK.by_name)
HN = "torch-hn-layout"


def left(text: str, *places: tuple[int, str], ran: frozenset[str] = ALL) -> list[Diagnostic]:
    """What is left of findings, each given as a line and a rule."""
    source = SourceFile("model.py", text)
    found = [
        Diagnostic(
            source.span(line, 1, line, 2), name, BOOK.by_name[name].code, Severity.ERROR, Confidence.CERTAIN, "a"
        )
        for line, name in places
    ]
    return suppress(found, source, SETTINGS, ran)


def messages(text: str, *places: tuple[int, str], ran: frozenset[str] = ALL) -> list[str]:
    """The messages about comments."""
    return [found.message for found in left(text, *places, ran=ran) if found.rule == "unused-suppression"]


@pytest.mark.parametrize(
    "comment",
    [
        "# lstmlint: ignore",
        "# lstmlint: ignore[torch-hn-layout]",
        "# lstmlint: ignore[LST104]",
        "# lstmlint: ignore[lst104]",
        "# lstmlint: ignore-file",
        "# lstmlint: ignore-file[LST104]",
        "# noqa: LST104",
        "# noqa: E501, LST104",
        "# noqa: LST1",
    ],
)
def test_a_comment_that_means_a_finding_suppresses_it_and_nothing_is_said(comment: str) -> None:
    assert left(f"a = 1  {comment}\n", (1, HN)) == []


def test_a_comment_means_only_its_statement_and_its_rules() -> None:
    text = "a = 1  # lstmlint: ignore[LST104]\nb = 2\n"
    rules = [found.rule for found in left(text, (1, HN), (2, HN), (1, "torch-state-unpack"))]
    assert rules == [HN, "torch-state-unpack"]


def test_a_finding_inside_a_suppressed_statement_is_suppressed() -> None:
    assert left("a = call(\n    1,\n    2,\n)  # lstmlint: ignore[LST104]\n", (3, HN)) == []


def test_a_header_does_not_speak_for_the_body() -> None:
    assert HN in [found.rule for found in left("def f():  # lstmlint: ignore\n    a = 1\n", (2, HN))]


def test_a_bare_noqa_is_for_other_tools() -> None:
    assert [found.rule for found in left("a = 1  # noqa\n", (1, HN))] == [HN]


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("# lstmlint: ignore", "`# lstmlint: ignore` suppresses nothing"),
        ("# lstmlint: ignore-file", "`# lstmlint: ignore-file` suppresses nothing"),
        ("# lstmlint: ignore[LST101]", "`# lstmlint: ignore[LST101]` suppresses nothing"),
        ("# noqa: LST101", "`# noqa: LST101` suppresses nothing"),
        ("# noqa: E501, LST101", "`# noqa: E501, LST101` suppresses nothing"),
        ("# lstmlint: ignore[unused-suppression]", "`# lstmlint: ignore[unused-suppression]` suppresses nothing"),
        ("# lstmlint: ignore[torch-hn-layuot]", "`torch-hn-layuot` is no rule"),
        ("# noqa: LST999", "`LST999` is no rule"),
        ("# lstmlint: disable=LST101", "`# lstmlint: disable=LST101` is not understood"),
    ],
)
def test_what_is_said_of_comments_that_suppress_nothing(comment: str, message: str) -> None:
    assert messages(f"a = 1  {comment}\n") == [message]


def test_of_several_names_the_unused_are_said() -> None:
    assert messages("a = 1  # lstmlint: ignore[LST104, LST101]\n", (1, HN)) == ["`LST101` suppresses nothing"]


def test_both_of_two_comments_that_mean_a_finding_are_used() -> None:
    assert left("# lstmlint: ignore-file[LST104]\na = 1  # lstmlint: ignore\n", (2, HN)) == []


def test_nothing_is_said_where_rules_have_not_run() -> None:
    ran = frozenset({"torch-state-unpack", "unused-suppression"})
    assert messages("a = 1  # lstmlint: ignore[LST104]\n", ran=ran) == []
    assert messages("a = 1  # lstmlint: ignore\n", ran=ran) == []
    assert messages("a = 1  # lstmlint: ignore[LST202]\n", ran=ran) != []
    assert messages("a = 1  # lstmlint: ignore[LST202]\n", ran=frozenset()) == []


def test_nothing_is_said_where_the_rule_about_comments_is_off() -> None:
    assert messages("a = 1  # lstmlint: ignore[LST104]\n", ran=ALL - {"unused-suppression"}) == []


def test_what_is_said_of_comments_can_be_suppressed_by_name_only() -> None:
    assert left("# lstmlint: ignore-file[LST903]\na = 1  # lstmlint: ignore[LST104]\n") == []
    assert left("a = 1  # lstmlint: ignore[LST104, LST903]\n") == []
    assert len(messages("# lstmlint: ignore-file\na = 1  # lstmlint: ignore[LST104]\n")) == 2


def test_the_fix_removes_what_suppresses_nothing() -> None:
    (found,) = left("a = 1  # lstmlint: ignore[LST101]\n")
    assert found.fix is not None
    assert (found.fix.title, found.fix.safety) == ("remove the comment", Safety.SAFE)
    (edit,) = found.fix.edits
    assert (edit.span.column, edit.span.end_column, edit.replacement) == (6, 34, "")


def test_the_fix_leaves_the_names_that_are_used() -> None:
    (found,) = left("a = 1  # lstmlint: ignore[LST104, LST101]\n", (1, HN))
    assert found.fix is not None
    assert found.fix.title == "remove `LST101` from the comment"
    assert found.fix.edits[0].replacement == "# lstmlint: ignore[LST104]"


def test_a_misspelt_name_is_not_removed_but_corrected_by_hand() -> None:
    (found,) = left("a = 1  # lstmlint: ignore[torch-hn-layuot]\n")
    assert found.fix is None
    assert found.cure == "did you mean `torch-hn-layout`?"
