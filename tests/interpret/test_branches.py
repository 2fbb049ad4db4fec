"""Conditions, branches and what is left of a value where two of them meet."""

from __future__ import annotations

import pytest

from lstmlint.values import ALWAYS, Const, Num, OneOf, Tensor, Unknown, Value, as_int, compatible
from tests.interpret.programs import variables_of, world_of


def value_of(text: str) -> Value:
    """The variable `value` of a program that knows an unknown `flag` and `other`."""
    return variables_of("import somewhere\nflag, other = somewhere.read(), somewhere.read()\n" + text)["value"]


@pytest.mark.parametrize(
    "condition",
    [
        "flag",
        "flag == 3",
        "flag is None",
        "flag and True",
        "not flag",
        "flag > 2",
        "isinstance(flag, int)",
        "'a' in flag",
        "flag or other",
    ],
)
def test_a_condition_on_an_unknown_is_not_decided(condition: str) -> None:
    assert isinstance(value_of(f"value = 'yes' if {condition} else 'no'"), OneOf)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("flag and False", "no"),
        ("flag or True", "yes"),
        ("3 in (1, 2, 3)", "yes"),
        ("'b' in {'a': 1}", "no"),
        ("None is None", "yes"),
        ("(1, 2) is not None", "yes"),
        ("isinstance((1, 2), tuple)", "yes"),
        ("isinstance([1], tuple)", "no"),
        ("not ()", "yes"),
        ("2 > 1 and 'a' == 'a'", "yes"),
    ],
)
def test_what_is_known_is_decided(condition: str, expected: str) -> None:
    assert value_of(f"value = 'yes' if {condition} else 'no'") == Const(expected)


def test_equal_values_of_both_branches_stay_one_value() -> None:
    assert as_int(value_of("if flag:\n    value = 4\nelse:\n    value = 2 * 2\n")) == 4


def test_a_variable_changed_on_one_branch_has_two_values() -> None:
    value = value_of("value = 'a'\nif flag:\n    value = 'b'\n")
    assert isinstance(value, OneOf)
    (one_path, _), (other_path, _) = value.choices
    assert not compatible(one_path, other_path)


def test_a_branch_that_raises_does_not_count() -> None:
    assert value_of("value = 'a'\nif flag:\n    value = 'b'\n    raise ValueError\n") == Const("a")


def test_the_same_flag_decides_the_same_way_again() -> None:
    text = """
        import somewhere
        flag = somewhere.read()
        def choose():
            if not flag:
                return None
            if flag:
                return 'only'
            return 'never'
        value = choose()
    """
    value = variables_of(text)["value"]
    assert isinstance(value, OneOf)
    assert {choice for _, choice in value.choices} == {Const(None), Const("only")}


def test_tensors_of_both_branches_keep_the_axes_they_share() -> None:
    text = """
        import torch, somewhere
        flag = somewhere.read()
        x = torch.zeros(3, 5, 7)
        y = x.transpose(1, 2) if flag else x
    """
    variables = variables_of(text)
    x, y = variables["x"], variables["y"]
    assert isinstance(x, Tensor)
    assert isinstance(y, Tensor)
    assert y.axes[0] == x.axes[0]
    assert {axis.id for axis in y.axes[1:]}.isdisjoint(axis.id for axis in x.axes)


def test_numbers_of_both_branches_are_a_symbol_and_the_same_one_each_time() -> None:
    variables = variables_of(
        "import somewhere\nflag = somewhere.read()\na = 2 if flag else 1\nb = 2 if flag else 1\nc = 1 if flag else 2\n"
    )
    a, b, c = (variables[name] for name in "abc")
    assert isinstance(a, Num)
    assert a == b != c


def test_an_object_changed_on_one_branch_has_both_attributes() -> None:
    text = """
        import somewhere
        class Box:
            def __init__(self):
                self.kind = 'a'
        box = Box()
        if somewhere.read():
            box.kind = 'b'
        value = box.kind
    """
    assert isinstance(variables_of(text)["value"], OneOf)


def test_a_list_grown_on_one_branch_is_open() -> None:
    text = "import somewhere\nitems = [1]\nif somewhere.read():\n    items.append(2)\nvalue = items[5]\n"
    assert isinstance(variables_of(text)["value"], (OneOf, Unknown))


def test_a_loop_that_may_not_run_leaves_both_values() -> None:
    value = value_of("value = 'a'\nfor item in flag:\n    value = 'b'\n")
    assert value != Const("a")


def test_behind_everything_no_branch_is_left_open() -> None:
    assert world_of("import somewhere\nif somewhere.read():\n    x = 1\n").path == ALWAYS


@pytest.mark.parametrize(
    "text",
    [
        "value = (1, 2) if flag else ''\nif isinstance(value, tuple):\n    value = value[1]\nelse:\n    value = 2\n",
        "value = None if flag else 2\nif value is None:\n    value = 2\n",
        "value = None if flag else 2\nif not value:\n    value = 2\n",
        "value = None if flag else 2\nvalue = value if value is not None else 2\n",
        "value = [1, 2] if flag else (2, 2)\nvalue = 2 if isinstance(value, list) else value[0]\n",
    ],
)
def test_inside_a_branch_its_condition_is_known(text: str) -> None:
    assert as_int(value_of(text)) == 2


@pytest.mark.parametrize("condition", ["number == 0", "number % 2 == 0", "number // 3 == 0", "number + 1 == 1"])
def test_a_counter_may_be_zero(condition: str) -> None:
    """A size is at least one; what counts the rounds of a loop, or remains of a division, is not."""
    text = f"value = ['first' if {condition} else 'later' for number in range(flag)][0]"
    assert isinstance(value_of(text), OneOf)


@pytest.mark.parametrize("manager", ["pytest.raises(RuntimeError)", "self.assertRaises(RuntimeError)"])
def test_what_is_expected_to_raise_says_nothing(manager: str) -> None:
    text = f"import pytest, torch\nwith {manager}:\n    torch.nn.GRU(4, 8)(torch.randn(5, 3, 6))\n"
    world = world_of(text)
    assert not world.events
    assert not world.claims
