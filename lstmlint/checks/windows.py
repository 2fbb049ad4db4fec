"""Windows cut out of several series at once that are read with the columns as steps and the steps as features.

`sliding_window_view` and `unfold` put the entries of a window on a new last axis, behind the columns of a table. So do
windows of one column after another that are stacked along axis 1. A recurrent layer wants them before the columns.
"""

from __future__ import annotations

from collections.abc import Iterator

from lstmlint.checks.facts import Facts
from lstmlint.checks.widths import width
from lstmlint.events import Called, Entered, Joined, Selected, Windowed
from lstmlint.findings import Evidence
from lstmlint.interpret.wording import callee_text
from lstmlint.lean import dataclass
from lstmlint.source import Place
from lstmlint.values import Axis, Claim, Layer, Role, Tensor, compatible


@dataclass(frozen=True)
class TurnedWindows:
    """Where windows got their order, the layer that reads it the other way round, and what shows that."""

    place: Place
    columns: Axis
    layer: Layer
    because: tuple[Evidence, ...]


def turned_windows(windowed: Windowed, facts: Facts) -> TurnedWindows | None:
    """Columns that a recurrent layer reads as steps, with the steps of their windows as features."""
    for columns, place in _columns(windowed, facts):
        claim = next((claim for claim in facts.claims(columns) if _is_taken_for_steps(claim, windowed)), None)
        built = None if claim is None or claim.layer is None else facts.built(claim.layer)
        if claim is None or built is None or not _is_given(columns, windowed.steps, facts):
            continue
        cut = Evidence(windowed.place, f"`{callee_text(windowed.place)}` puts the steps of a window on a new last axis")
        return TurnedWindows(place, columns, built.layer, (cut, Evidence(claim.place, claim.text)))
    return None


def reads_turned_windows(called: Called, facts: Facts) -> bool:
    """True for a layer that is as wide as there are columns, and gets windows whose steps stand last."""
    found = (turned_windows(windowed, facts) for windowed in facts.events(Windowed))
    own = [wrong for wrong in found if wrong is not None and wrong.layer.id == called.layer.id]
    wanted = width(facts.world, called.layer.argument("input_size")) if own else None
    return any(wrong.columns.size == wanted for wrong in own)


def made_at(windowed: Windowed, facts: Facts) -> Place | None:
    """Where such windows got their order."""
    wrong = turned_windows(windowed, facts)
    return None if wrong is None else wrong.place


def _columns(windowed: Windowed, facts: Facts) -> Iterator[tuple[Axis, Place]]:
    """The axes that count the series that windows were cut out of, and where they came to stand before the window."""
    if windowed.steps.is_single:
        return
    for number, axis in enumerate(windowed.source.axes):
        if number != windowed.position and not axis.is_single:
            yield axis, windowed.place
    for joined in facts.events(Joined):
        result, position = joined.result, joined.position
        if joined.axis is None and position is not None and isinstance(result, Tensor):
            axis = result.axes[position]
            has_steps = any(own.id == windowed.steps.id for own in result.axes)
            if has_steps and not axis.is_single and _is_of_several_series(joined, facts):
                yield axis, joined.place


def _is_of_several_series(joined: Joined, facts: Facts) -> bool:
    """True where windows of different series were stacked; those of one series may be steps themselves."""
    steps = {axis.id for part in joined.parts if isinstance(part, Tensor) for axis in part.axes}
    cuts = [windowed for windowed in facts.events(Windowed) if windowed.steps.id in steps]
    series = {windowed.source.axes[windowed.position].id for windowed in cuts}
    return len(series) > 1 or any(_is_of_each_column(windowed, facts) for windowed in cuts)


def _is_of_each_column(windowed: Windowed, facts: Facts) -> bool:
    """True where a loop takes column after column of a table and cuts each."""
    turns = {turn.loop for turn in windowed.rounds}
    return any(
        len(selected.source.axes) == 2 and turns and turns == {turn.loop for turn in selected.rounds}
        for selected in facts.events(Selected)
        if selected.result.axes == windowed.source.axes and selected.position == 1
    )


def _is_taken_for_steps(claim: Claim, windowed: Windowed) -> bool:
    return claim.role is Role.TIME and claim.layer is not None and compatible(claim.path, windowed.path)


def _is_given(columns: Axis, steps: Axis, facts: Facts) -> bool:
    """True where a layer or a model is given three axes, the columns among the first two and the steps last."""
    given = [called.source for called in facts.events(Called)]
    given += [entered.given for entered in facts.events(Entered)]
    return any(
        isinstance(tensor, Tensor)
        and len(tensor.axes) == 3
        and tensor.axes[2].id == steps.id
        and columns.id in (tensor.axes[0].id, tensor.axes[1].id)
        for tensor in given
    )
