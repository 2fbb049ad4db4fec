"""nn.Sequential: children in order, added later, indexed; and a recurrent layer's tuple handed on inside."""

from __future__ import annotations

from lstmlint.events import UsedAsTensor
from lstmlint.interpret.torch.sequential import children
from lstmlint.values import Const, Tuple, Unknown
from tests.interpret.torch_worlds import apply, build, new_world, operate, shape, tensor

PATH = "torch.nn.Sequential"


def test_children_are_applied_in_order() -> None:
    world = new_world()
    net = build(world, "Sequential", build(world, "Linear", 7, 11), build(world, "ReLU"), build(world, "Linear", 11, 2))
    assert shape(apply(world, net, tensor(world, 3, 5, 7))) == (3, 5, 2)


def test_a_lone_recurrent_layer_gives_its_tuple() -> None:
    world = new_world()
    net = build(world, "Sequential", build(world, "GRU", 7, 11))
    assert isinstance(apply(world, net, tensor(world, 5, 3, 7)), Tuple)
    assert not any(isinstance(event, UsedAsTensor) for event in world.events)


def test_a_module_of_the_program_may_take_the_tuple() -> None:
    world = new_world()
    net = build(world, "Sequential", build(world, "GRU", 7, 11), Const("a module"), build(world, "Linear", 11, 2))
    apply(world, net, tensor(world, 5, 3, 7))
    assert not any(isinstance(event, UsedAsTensor) for event in world.events)


def test_a_tuple_handed_on_to_a_layer_is_said_at_the_recurrent_layer() -> None:
    world = new_world()
    recurrent = build(world, "GRU", 7, 11)
    net = build(world, "Sequential", recurrent, build(world, "Linear", 11, 2))
    assert isinstance(apply(world, net, tensor(world, 5, 3, 7)), Unknown)
    [event] = [event for event in world.events if isinstance(event, UsedAsTensor)]
    assert event.place == recurrent.place
    assert event.how == "passed on to `nn.Linear(...)` by nn.Sequential"


def test_children_added_later_come_behind() -> None:
    world = new_world()
    first, second = build(world, "Linear", 7, 11), build(world, "Linear", 11, 2)
    net = build(world, "Sequential", first)
    operate(world, f"{PATH}.append", net, second)
    assert children(world, net) == (first, second)
    operate(world, f"{PATH}.add_module", net, Const("drop"), third := build(world, "Dropout"))
    operate(world, f"{PATH}.insert", net, Const(0), zeroth := build(world, "Identity"))
    operate(world, f"{PATH}.extend", net, world.new_list([fourth := build(world, "Tanh")]))
    assert children(world, net) == (zeroth, first, second, third, fourth)


def test_adding_behind_a_recurrent_layer_is_seen_without_a_call() -> None:
    world = new_world()
    net = build(world, "Sequential", build(world, "LSTM", 7, 11))
    operate(world, f"{PATH}.add_module", net, Const("drop"), build(world, "Dropout"))
    assert len([event for event in world.events if isinstance(event, UsedAsTensor)]) == 1


def test_children_by_number_and_slice() -> None:
    world = new_world()
    parts = [build(world, "Linear", 7, 11), build(world, "ReLU"), build(world, "Linear", 11, 2)]
    net = build(world, "Sequential", *parts)
    assert operate(world, f"{PATH}.__getitem__", net, Const(-1)) == parts[-1]
    assert world.items(operate(world, f"{PATH}.__iter__", net)) == tuple(parts)  # type: ignore[arg-type]
    assert operate(world, f"{PATH}.__len__", net) == Const(3)
    assert isinstance(operate(world, f"{PATH}.__getitem__", net, Const(9)), Unknown)


def test_children_from_a_dictionary_and_an_open_list() -> None:
    world = new_world()
    linear = build(world, "Linear", 7, 11)
    assert children(world, build(world, "Sequential", world.new_dict({"fc": linear}))) == (linear,)
    net = build(world, "Sequential", world.new_list([linear], open_ended=True))
    assert isinstance(apply(world, net, tensor(world, 3, 7)), Unknown)
    assert isinstance(operate(world, f"{PATH}.__len__", net), Unknown)
