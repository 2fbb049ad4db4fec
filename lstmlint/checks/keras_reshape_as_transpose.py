"""A Reshape layer, tf.reshape or numpy reshape that means to exchange axes, in a Keras program."""

from __future__ import annotations

from collections.abc import Iterator

from lstmlint.checks.facts import Facts
from lstmlint.checks.torch_view_as_permute import is_for_keras, mixes_entries, said_of_axes
from lstmlint.events import Called, Reshaped
from lstmlint.findings import Finding, check
from lstmlint.interpret.wording import shortened


@check("keras-reshape-as-transpose", on=Reshaped)
def reshape_in_place_of_permute(reshaped: Reshaped, facts: Facts) -> Iterator[Finding]:
    """`Reshape((features, steps))` of (batch, steps, features) data, or the same with numpy."""
    if not mixes_entries(reshaped) or not is_for_keras(reshaped, facts):
        return
    is_layer = any(
        called.layer.spec.family == "reshape" and called.place == reshaped.place for called in facts.events(Called)
    )
    text = shortened(reshaped.place.text)
    yield Finding(
        reshaped.place,
        f"`{text}` does not exchange axes: it cuts the same data in other places and mixes the entries",
        because=said_of_axes(reshaped, facts),
        cure="exchange axes with `Permute(...)`" if is_layer else "exchange axes with `transpose` or `swapaxes`",
    )
