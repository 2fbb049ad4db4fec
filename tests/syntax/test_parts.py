"""What of a file stands together and what stands apart."""

from __future__ import annotations

from textwrap import dedent

import pytest

from lstmlint.source import SourceFile
from lstmlint.syntax.index import Lines, lines_of
from lstmlint.syntax.outline import Outline, outline
from lstmlint.syntax.parts import parts

MODEL = "class {name}(nn.Module):\n    size = {uses}\n"


def parts_in(text: str) -> list[str]:
    """The names of the definitions of each part; of a statement, its text."""
    source = SourceFile("models.py", dedent(text))
    found = outline(source)
    assert isinstance(found, Outline)
    shown = []
    for entry in found.index.body:
        where = lines_of(entry)
        lines = "\n".join(source.lines[where.first - 1 : where.last])
        shown.append(lines if isinstance(entry, Lines) else entry.name)
    return [", ".join(shown[number] for number in part) for part in parts(found.index.body, found.traits)]


def models(**uses: str) -> str:
    return "".join(MODEL.format(name=name, uses=used) for name, used in uses.items())


def test_definitions_that_share_nothing_stand_apart() -> None:
    assert parts_in(models(A="1", B="2")) == ["", "A", "B"]


@pytest.mark.parametrize(
    "shared",
    [
        "import torch",
        "from torch import nn as torch",
        "torch = 16",
        "torch = 2 * (3, None)",
        "torch: int = -1",
        "torch = logging.getLogger(__name__)",
        "try:\n    import torch\nexcept ImportError:\n    torch = None",
    ],
)
def test_imports_and_what_never_changes_hold_nothing_together(shared: str) -> None:
    assert parts_in(f"{shared}\n{models(A='torch', B='torch', C='3')}") == [shared, f"{shared}, A", f"{shared}, B", "C"]


@pytest.mark.parametrize("shared", ["data = torch.zeros(3)", "data = []", "data = {'size': 3}", "data.size = 3"])
def test_what_may_change_holds_together_what_mentions_it(shared: str) -> None:
    found = parts_in(f"import data\n{shared}\n{models(A='data', B='data', C='3')}")
    assert found[1:] == ["C"]
    assert found[0].endswith(", A, B")


def test_a_constant_that_a_function_assigns_to_may_change() -> None:
    text = "state = None\ndef f():\n    global state\n    state = 3\ndef g():\n    return state\n"
    assert parts_in(text) == ["state = None, f, g"]


def test_a_name_that_is_bound_twice_may_change() -> None:
    assert parts_in(f"size = 3\nsize = f()\n{models(A='size')}") == ["size = 3, size = f(), A"]


def test_a_definition_that_mentions_another_goes_with_it() -> None:
    assert parts_in(models(A="1", B="A", C="B", D="2")) == ["", "A, B, C", "D"]


def test_two_that_mention_a_third_go_together() -> None:
    assert parts_in(models(A="Base", B="Base", Base="1")) == ["", "A, B, Base"]


def test_two_definitions_of_one_name_go_together() -> None:
    assert parts_in(models(A="1") + models(A="2") + models(B="3")) == ["", "A, A", "B"]


def test_statements_go_together_with_what_they_lead_to() -> None:
    found = parts_in(f"{models(A='1', B='A', C='3')}B()\nprint(1)\n")
    assert found == ["A, B, B(), print(1)", "C"]


def test_a_part_has_the_constants_that_its_constants_mention() -> None:
    assert parts_in(f"one = 1\ntwo = one + 1\nsix = 6\n{models(A='two')}")[1] == "one = 1, two = one + 1, A"


def test_every_part_has_the_star_imports() -> None:
    assert parts_in(f"from torch import *\n{models(A='1', B='2')}")[1:] == [
        "from torch import *, A",
        "from torch import *, B",
    ]


def test_every_entry_is_of_a_part() -> None:
    text = f"import os\nsize = 3\nprint(size)\n{models(A='1', B='A', C='3')}"
    assert {name for part in parts_in(text) for name in part.split(", ")} == {
        "import os", "size = 3", "print(size)", "A", "B", "C"
    }  # fmt: skip
