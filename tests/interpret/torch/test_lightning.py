"""What Lightning does with a module: batches of its loader, hooks, and backward behind each step."""

from __future__ import annotations

import pytest

from lstmlint.events import Backward, Called
from lstmlint.values import Layer
from tests.interpret.programs import world_of

LIGHTNING = """
    import pytorch_lightning as pl
    from torch import nn
    from torch.utils.data import DataLoader

    class Model(pl.LightningModule):
        def __init__(self, data):
            super().__init__()
            self.data, self.state = data, None
            self.gru = nn.GRU(3, 4, batch_first=True)

        def train_dataloader(self):
            return DataLoader(self.data, 4, shuffle=True)

        def training_step(self, batch, number):
            output, state = self.gru(batch, {given})
            self.state = {kept}
            return output.mean()
"""


@pytest.mark.parametrize(("given", "kept", "times"), [("self.state", "state", 2), ("None", "None", 1)])
def test_lightning_goes_on_where_a_state_is_kept(given: str, kept: str, times: int) -> None:
    events = world_of(LIGHTNING.format(given=given, kept=kept)).events
    found = [event for event in events if isinstance(event, Called)]
    assert len(found) == times and isinstance(found[0].rounds[0].source, Layer)
    assert [event.by for event in events if isinstance(event, Backward)] == ["Lightning"] * times


def test_a_module_that_steps_back_itself() -> None:
    program = LIGHTNING.format(given="None", kept="None").replace(
        "super().__init__()", "super().__init__(); self.automatic_optimization = False"
    )
    assert not [event for event in world_of(program).events if isinstance(event, Backward)]
