"""How findings are drawn."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from lstmlint.findings import Confidence, Diagnostic, Reason
from lstmlint.report.full import render
from lstmlint.source import Span
from tests.report.examples import CALLED, COMPLETE, MODEL, diagnostic

FILES = {"model.py": MODEL, "data.py": "loader = DataLoader(data)\n"}


def drawn(found: Diagnostic, columns: int | None = None, **files: str) -> list[str]:
    """The lines of a finding without colour; `files` gives texts by names without their ending."""
    texts = {**FILES, **{f"{name}.py": text for name, text in files.items()}}
    text = render([found], lambda path: texts[path].split("\n") if path in texts else (), False, columns)
    return text.rstrip("\n").split("\n")


def marked(text: str, *spans: tuple[int, int, int, int], columns: int | None = None) -> list[str]:
    """The rows between the first and the last empty row of a snippet of a file with these stretches."""
    first, *others = (Span("a.py", *span) for span in spans)
    rows = drawn(diagnostic(first, *(Reason(span, "here") for span in others)), columns, a=text)
    empty = [number for number, row in enumerate(rows) if re.fullmatch(r" +\|", row)]
    return rows[empty[0] + 1 : empty[-1]]


def test_a_finding_with_its_evidence_and_its_cure() -> None:
    assert drawn(COMPLETE) == [
        "error[torch-missing-batch-first]: `self.lstm` reads axis 0 of `x` as time, but it is the batch",
        " --> model.py:7:18",
        "  |",
        "7 |         out, _ = self.lstm(x)",
        "  |                  ^^^^^^^^^^^^",
        "...",
        "3 |         self.lstm = nn.LSTM(32, 64)",
        "  |                     --------------- built here without batch_first",
        "...",
        "6 |         batch, steps, _ = x.shape",
        "  |         --------------- names axis 0 `batch`",
        "  |",
        "  = help: build it with `batch_first=True`",
        "  = fix: add batch_first=True (unsafe)",
        "  = rule: LST101; `lstmlint explain LST101` says more",
    ]


def test_evidence_in_another_file_is_shown_with_that_file() -> None:
    found = diagnostic(CALLED, Reason(Span("data.py", 1, 10, 1, 26), "puts the batch on axis 0"), cure="")
    assert drawn(found)[4:-1] == [
        "  |                  ^^^^^^^^^^^^",
        "  |",
        " ::: data.py:1:10",
        "  |",
        "1 | loader = DataLoader(data)",
        "  |          ---------------- puts the batch on axis 0",
        "  |",
    ]


def test_evidence_about_the_place_itself_labels_it() -> None:
    rows = drawn(diagnostic(CALLED, Reason(CALLED, "reads axis 0 as time")))
    assert "  |                  ^^^^^^^^^^^^ reads axis 0 as time" in rows


def test_evidence_on_the_line_of_the_finding_shares_the_line() -> None:
    assert marked("take(out[:, -1])", (1, 6, 1, 16), (1, 6, 1, 9)) == [
        "1 | take(out[:, -1])",
        "  |      ^^^^^^^^^^",
        "  |      --- here",
    ]


def test_neighbouring_lines_stand_together() -> None:
    assert marked("a = 1\nb = 2\n", (1, 1, 1, 2), (2, 1, 2, 2)) == [
        "1 | a = 1",
        "  | ^",
        "2 | b = 2",
        "  | - here",
    ]


def test_how_sure_it_is_is_said_where_it_is_not_certain() -> None:
    rows = drawn(replace(COMPLETE, confidence=Confidence.LIKELY))
    assert rows[-1] == "  = rule: LST101, likely; `lstmlint explain LST101` says more"


def test_a_file_that_cannot_be_read_is_only_named() -> None:
    assert drawn(diagnostic(Span("gone.py", 3, 1, 3, 1), cure=""))[1:] == [
        " --> gone.py:3:1",
        "  = rule: LST101; `lstmlint explain LST101` says more",
    ]


@pytest.mark.parametrize(
    ("line", "stretch", "code", "marks"),
    [
        ("x = '漢字' + lstm", (12, 16), "x = '漢字' + lstm", " " * 13 + "^^^^"),
        ("x = 漢字", (5, 7), "x = 漢字", " " * 4 + "^^^^"),
        ("\tx = lstm", (6, 10), "    x = lstm", " " * 8 + "^^^^"),
        ("x\t= lstm", (5, 9), "x    = lstm", " " * 7 + "^^^^"),
        ("é = e\u0301 + lstm", (10, 14), "é = e\u0301 + lstm", " " * 8 + "^^^^"),
        ("x = '\x1b[31m' + lstm", (15, 19), "x = '␛[31m' + lstm", " " * 14 + "^^^^"),
        ("x = '\u202e' + lstm", (10, 14), "x = '\ufffd' + lstm", " " * 9 + "^^^^"),
        ("x = lstm", (5, 5), "x = lstm", " " * 4 + "^"),
    ],
)
def test_marks_stand_under_what_they_mark(line: str, stretch: tuple[int, int], code: str, marks: str) -> None:
    assert marked(line, (1, stretch[0], 1, stretch[1])) == [f"1 | {code}", f"  | {marks}"]


def test_a_stretch_of_several_lines_has_a_bracket() -> None:
    text = "x = call(\n    first,\n    second,\n)\n"
    assert marked(text, (1, 5, 4, 2)) == [
        "1 |   x = call(",
        "  |  _____^",
        "2 | |     first,",
        "3 | |     second,",
        "4 | | )",
        "  | |_^",
    ]


def test_of_a_long_stretch_the_middle_is_left_out() -> None:
    text = "call(\n" + "    more,\n" * 20 + ")\n"
    assert marked(text, (1, 1, 22, 2)) == [
        " 1 |   call(",
        "   |  _^",
        " 2 | |     more,",
        "...  |",
        "22 | | )",
        "   | |_^",
    ]


def test_a_long_line_is_cut_around_the_mark() -> None:
    line = "x = [" + "1, " * 100_000 + "lstm, " + "2, " * 100_000 + "]"
    code, marks = marked(line, (1, line.index("lstm") + 1, 1, line.index("lstm") + 5), columns=80)
    assert len(code) <= 80
    assert code.startswith("1 | …")
    assert code.endswith("…")
    assert code[marks.index("^") : marks.rindex("^") + 1] == "lstm"


def test_a_mark_that_is_longer_than_the_line_shown_ends_with_it() -> None:
    code, marks = marked("x = " + "y" * 1_000, (1, 5, 1, 1_005), columns=80)
    assert marks.rindex("^") == len(code) - 2


def test_a_label_without_room_stands_under_its_mark() -> None:
    label = "reads the first axis of what it is given as time because it is built so"
    rows = drawn(diagnostic(Span("model.py", 7, 18, 7, 30), Reason(Span("model.py", 7, 9, 7, 30), label)), columns=80)
    start = rows.index("  |         ---------------------")
    assert rows[start + 1 : start + 3] == [
        "  |         reads the first axis of what it is given as time because it is",
        "  |         built so",
    ]


def test_text_cannot_steer_the_terminal() -> None:
    found = diagnostic(CALLED, Reason(CALLED, "\x1b[2Jlabel"), message="\x1b[2Jmessage", cure="\x1b[2Jcure")
    assert "\x1b" not in "".join(drawn(found))


def test_colour_changes_no_text() -> None:
    lines = MODEL.split("\n")
    plain = render([COMPLETE, COMPLETE], lambda path: lines, False, None)
    coloured = render([COMPLETE, COMPLETE], lambda path: lines, True, None)
    assert coloured != plain
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain


def test_nothing_is_taken_for_markup() -> None:
    found = diagnostic(Span("a.py", 1, 1, 1, 2), message="[bold]x[/bold] [red]")
    assert "[bold]x[/bold] [red]" in "".join(drawn(found, a="[/] :smile:"))
    coloured = render([found], lambda path: ["[/] :smile:"], True, None)
    assert "[bold]x[/bold] [red]" in coloured
    assert "[/] :smile:" in coloured
