"""What losses say of the axes of predictions and targets."""

from __future__ import annotations

import pytest

from lstmlint.events import LossTaken, UsedAsTensor
from lstmlint.values import Const, Role, Strength, Tensor, Unknown
from tests.interpret.programs import world_of
from tests.interpret.torch_worlds import apply, build, new_world, operate, tensor


def test_a_loss_over_classes_reads_batch_and_classes() -> None:
    world = new_world()
    prediction, target = tensor(world, None, 7), tensor(world, None)
    apply(world, build(world, "CrossEntropyLoss"), prediction, target)
    claims = {claim.axis: (claim.role, claim.strength) for claim in world.claims}
    assert claims == {
        prediction.axes[0].id: (Role.BATCH, Strength.FACT),
        prediction.axes[1].id: (Role.FEATURE, Strength.FACT),
        target.axes[0].id: (Role.BATCH, Strength.FACT),
    }
    [event] = world.events
    assert isinstance(event, LossTaken)
    assert (event.loss, event.prediction, event.target) == ("torch.nn.CrossEntropyLoss", prediction, target)


def test_an_elementwise_loss_says_nothing_of_a_sequence() -> None:
    world = new_world()
    operate(world, "torch.nn.functional.mse_loss", tensor(world, None, None, 7), tensor(world, None, None, 7))
    assert world.claims == []
    assert [event.loss for event in world.events if isinstance(event, LossTaken)] == ["torch.nn.functional.mse_loss"]


def test_an_elementwise_loss_of_rows_reads_the_batch() -> None:
    world = new_world()
    prediction, target = tensor(world, None, 1), tensor(world, None)
    operate(world, "torch.nn.functional.mse_loss", prediction, target)
    assert [(claim.axis, claim.strength) for claim in world.claims] == [
        (prediction.axes[0].id, Strength.STRUCTURE),
        (target.axes[0].id, Strength.STRUCTURE),
    ]


def test_ctc_is_time_major() -> None:
    world = new_world()
    prediction = tensor(world, None, None, 7)
    operate(world, "torch.nn.functional.ctc_loss", prediction, tensor(world, None, None))
    roles = {claim.axis: claim.role for claim in world.claims}
    assert [roles[axis.id] for axis in prediction.axes] == [Role.TIME, Role.BATCH, Role.FEATURE]


def test_a_recurrent_tuple_is_no_prediction() -> None:
    world = new_world()
    result = apply(world, build(world, "GRU", 7, 11), tensor(world, 5, 3, 7))
    apply(world, build(world, "MSELoss"), result, tensor(world, 3, 11), text="criterion(out, y)")
    assert [event.how for event in world.events if isinstance(event, UsedAsTensor)] == ["given to `criterion`"]
    assert not any(isinstance(event, LossTaken) for event in world.events)


@pytest.mark.parametrize("name", ("MSELoss", "CrossEntropyLoss", "CTCLoss"))
def test_strange_arguments_do_no_harm(name: str) -> None:
    for arguments in ((), (Const(1),), (Unknown("x"), Unknown("y")), (Const("a"), Const("b"))):
        world = new_world()
        assert isinstance(apply(world, build(world, name), *arguments), Unknown)
        assert world.claims == []


@pytest.mark.parametrize(
    ("loss", "rank"), [("nn.CrossEntropyLoss()(scores, labels)", 2), ("nn.MSELoss()(scores, labels)", 1)]
)
def test_flattened_scores_tell_the_rank_of_a_flattened_target(loss: str, rank: int) -> None:
    world = world_of(
        f"""
        import torch
        from torch import nn
        from somewhere import load

        scores = torch.zeros(4, 5, 7).view(-1, 7)
        labels = load().view(-1)
        {loss}
        """
    )
    [taken] = [event for event in world.events if isinstance(event, LossTaken)]
    assert isinstance(taken.target, Tensor)
    assert max(len(taken.target.axes[0].parts), 1) == rank
