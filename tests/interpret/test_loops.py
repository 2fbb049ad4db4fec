"""Which loops and rounds an event stands in."""

from __future__ import annotations

import pytest

from lstmlint.events import Called, Joined
from lstmlint.values import Const, Layer, ListRef, Tensor
from tests.interpret.programs import run_of, variables_of, world_of

HEAD = """
    import torch
    from torch import nn
    from torch.utils.data import DataLoader

    gru = nn.GRU(3, 4, batch_first=True)
    state = None
"""


def calls(program: str) -> list[Called]:
    return [event for event in world_of(HEAD + program).events if isinstance(event, Called)]


def test_no_loop_no_round() -> None:
    assert calls("    gru(torch.zeros(1, 2, 3))")[0].rounds == ()


@pytest.mark.parametrize("wrapper", ["{}", "enumerate({})", "zip({}, names)", "list({})"])
def test_a_loader_is_found_behind_what_wraps_it(wrapper: str) -> None:
    loop = wrapper.format("DataLoader(data, 4, shuffle=True)")
    found = calls(f"    for batch in {loop}:\n        output, state = gru(x, state)\n")
    assert [event.rounds[0].number for event in found] == [0, 1]
    assert all(isinstance(event.rounds[0].source, Layer) for event in found)


def test_rounds_nest_in_functions_and_comprehensions() -> None:
    function = "    def run(pieces):\n        return [gru(piece) for piece in pieces]\n\n"
    found = calls(f"{function}    for epoch in range(2):\n        run([x, y])\n")
    assert [tuple(one.number for one in event.rounds) for event in found] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert found[0].rounds[1].loop != found[2].rounds[1].loop
    assert [len(call.rounds) for call in found[0].inside] == [1]


CARRIED = "{indent}for piece in pieces:\n{indent}    output, state = gru(x, state)\n"


def test_a_loop_of_unknown_length_takes_a_second_round_if_it_carries_something() -> None:
    numbers = [event.rounds[0].number for event in calls(CARRIED.format(indent="    "))]
    assert numbers == [0, 1]
    assert len(calls("    for piece in pieces:\n        gru(piece)\n")) == 1


@pytest.mark.parametrize("head", ["for epoch in epochs:", "while epochs():"])
def test_the_second_round_of_a_loop_runs_the_loops_inside_once(head: str) -> None:
    found = calls(f"    {head}\n" + CARRIED.format(indent=" " * 8))
    assert [tuple(one.number for one in event.rounds) for event in found] == [(0, 0), (0, 1), (1, 0)]


def test_a_loop_that_carries_nothing_leaves_two_rounds_to_the_one_inside() -> None:
    inner = CARRIED.format(indent=" " * 8).replace("state", "own")
    found = calls(f"    for epoch in epochs:\n        own = None\n{inner}")
    assert [tuple(one.number for one in event.rounds) for event in found] == [(0, 0), (0, 1)]


def test_what_one_round_of_the_outer_loop_leaves_is_seen_in_the_loop_inside() -> None:
    inner = "        for piece in pieces:\n            output, last = gru(x, state)\n        state = last\n"
    *first, second = calls(f"    for epoch in epochs:\n{inner}")
    assert not any(isinstance(event.state, Tensor) for event in first)
    assert second.rounds[0].number == 1
    assert isinstance(second.state, Tensor)


def test_a_list_filled_in_a_loop_that_is_run_once_has_no_known_length() -> None:
    program = """
        import somewhere
        for epoch in somewhere.epochs():
            kept = []
            for piece in somewhere.pieces():
                kept.append(epoch)
    """
    run = run_of(program)
    kept = next(iter(run.modules.values())).variables["kept"]
    assert isinstance(kept, ListRef)
    assert run.world.is_open(kept)


def nested(depth: int) -> str:
    """Loops inside loops, each of which carries `x` over."""
    loops = "".join(f"{'    ' * n}for i{n} in rows:\n{'    ' * (n + 1)}x = x * 2\n" for n in range(depth))
    return f"import somewhere\nrows, x = somewhere.read(), 1\n{loops}"


def test_a_loop_inside_three_others_has_a_second_round() -> None:
    third, fourth = (run_of(nested(depth)).steps - run_of(nested(depth - 1)).steps for depth in (3, 4))
    assert fourth > third


def test_steps_do_not_double_with_each_loop_inside_a_loop() -> None:
    smaller, larger = (run_of(nested(depth)).steps for depth in (8, 16))
    assert larger < 2.5 * smaller


def test_a_loop_behind_a_second_round_has_two_rounds_again() -> None:
    loop = CARRIED.format(indent="    ")
    assert [event.rounds[0].number for event in calls(loop + loop)] == [0, 1, 0, 1]


def over_known_elements(depth: int) -> str:
    """Loops inside loops over three elements each."""
    loops = "".join(f"{'    ' * n}for i{n} in (3, 4, 5):\n{'    ' * (n + 1)}x = x + 1\n" for n in range(depth))
    return f"x = 0\n{loops}"


def test_loops_over_a_few_known_elements_go_through_all_of_them() -> None:
    rows = "    for row in (1, 2, 3, 4, 5, 6, 7, 8):\n"
    columns = "        for column in (1, 2, 3, 4, 5, 6, 7, 8):\n"
    assert len(calls(f"{rows}{columns}            gru(torch.zeros(row, column, 3))\n")) == 64
    assert variables_of(over_known_elements(3))["x"] == Const(3 + 9 + 27)


def test_loops_further_inside_take_one_element_and_know_no_end() -> None:
    assert not isinstance(variables_of(over_known_elements(5))["x"], Const)


def test_steps_do_not_multiply_with_each_loop_over_known_elements() -> None:
    smaller, larger = (run_of(over_known_elements(depth)).steps for depth in (8, 16))
    assert larger < 2.6 * smaller


@pytest.mark.parametrize(
    ("program", "each"),
    [
        ("for _ in range(steps):\n    rows.append(torch.zeros(2, 3))", "range(steps)"),
        ("rows = [torch.zeros(2, 3) for _ in range(steps)]", "range(steps)"),
        ("for _ in range(steps):\n    rows.append((0, torch.zeros(2, 3)))\n_, rows = zip(*rows)", "range(steps)"),
        ("for _ in range(steps):\n    rows.append(x)", ""),
        ("for _ in range(steps):\n    rows += [torch.zeros(2, 3), torch.zeros(2, 3)]", ""),
        ("rows = [torch.zeros(2, 3), torch.zeros(2, 3)]", ""),
        ("for _ in range(3):\n    rows = [torch.zeros(2, 3), torch.zeros(2, 3)]\n    torch.stack(rows)", ""),
    ],
)
def test_the_loop_that_made_each_part_of_a_stack(program: str, each: str) -> None:
    head = "import torch\nsteps, rows, x = 5, [], torch.zeros(2, 3)\n"
    events = world_of(f"{head}{program}\ntorch.stack(rows)\n").events
    assert {event.each for event in events if isinstance(event, Joined)} == {each}
