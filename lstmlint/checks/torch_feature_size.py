"""A layer whose width cannot be that of its input: `nn.Linear(hidden, 5)` behind a bidirectional layer.

torch raises at the first call. Sizes that are only symbols count where they cannot be equal, whatever they stand for.
"""

from __future__ import annotations

from collections.abc import Iterator

from lstmlint.checks.channels import reads_pooled_features, unturned_convolution
from lstmlint.checks.evidence import is_torch_recurrent
from lstmlint.checks.facts import Facts
from lstmlint.checks.states import stack_of
from lstmlint.checks.torch_positional_argument import misplaced
from lstmlint.checks.widths import LAST, SECOND, given_width, is_one_of_many, is_picked, width
from lstmlint.checks.windows import reads_turned_windows
from lstmlint.events import Built, Called
from lstmlint.findings import Confidence, Evidence, Finding, check
from lstmlint.interpret.torch.recurrent import Geometry
from lstmlint.interpret.wording import callee_text, shortened
from lstmlint.lean import dataclass
from lstmlint.sizes import ONE, Size
from lstmlint.values import Axis, Const, OpenTensor, Packed, Tensor, Tuple, Value, as_bool, compatible, is_assumed


@dataclass(frozen=True)
class Misfit:
    """A call of a layer on an input of another width, and the call that the width came out of, if one is known."""

    called: Called
    parameter: str
    wanted: Size
    found: Axis
    maker: Called | None


@check("torch-feature-size", on=Built)
def width_that_cannot_fit(built: Built, facts: Facts) -> Iterator[Finding]:
    """The first call of a layer with an input that provably has another width."""
    if built.layer.spec.framework != "torch":
        return
    misfit = _first_misfit(built, facts)
    if misfit is not None and not _is_built_before(built, facts) and not _is_made_of_misplaced(misfit, facts):
        yield _finding(built, misfit)


def _is_made_of_misplaced(misfit: Misfit, facts: Facts) -> bool:
    """True where the layer in front has its arguments in the wrong places: then it is not what it was meant to be."""
    made = None if misfit.maker is None else facts.built(misfit.maker.layer.id)
    return made is not None and misplaced(made) is not None


def _first_misfit(built: Built, facts: Facts) -> Misfit | None:
    found = (_misfit(called, facts) for called in facts.calls(built.layer.id))
    return next((misfit for misfit in found if misfit is not None), None)


def _is_built_before(built: Built, facts: Facts) -> bool:
    """True where the same construction already gave a layer that does not fit: one finding is enough."""
    events = facts.events(Built)
    earlier = [event for event in events[: events.index(built)] if event.layer.place == built.layer.place]
    return any(_first_misfit(event, facts) for event in earlier)


def _misfit(called: Called, facts: Facts) -> Misfit | None:
    layer = called.layer
    parameter = LAST.get(layer.spec.family) or SECOND.get(layer.spec.family)
    if parameter is None or not compatible(layer.path, called.path):
        return None
    wanted = width(facts.world, layer.argument(parameter))
    found = _read(called)
    if wanted is None or found is None or (wanted.known is not None and wanted.known < 1):
        return None
    if not _is_another(wanted, found.size) or _is_merged_state(called, found):
        return None
    if _is_on_another_axis(called, wanted, facts) or is_one_of_many(layer, facts) or is_picked(called.path):
        return None
    return Misfit(called, parameter, wanted, found, _maker(found, facts))


def _is_another(wanted: Size, found: Size) -> bool:
    """True for sizes that differ by a number or by a factor. `hidden + extra` is `hidden` where nothing is extra."""
    if wanted == found or found.known == 0:
        return False
    factors = wanted.divided_by(found), found.divided_by(wanted)
    return (wanted - found).known is not None or any(factor and factor.known is not None for factor in factors)


def _read(called: Called) -> Axis | None:
    """The axis of its input that a layer's width is about."""
    source, family = called.source, called.layer.spec.family
    if family in SECOND:
        channels = isinstance(source, Tensor) and (len(source.axes) == 3 or family == "batch_norm1d")
        return source.axes[1] if isinstance(source, Tensor) and channels and len(source.axes) > 1 else None
    if isinstance(source, Packed):
        return source.features[0] if len(source.features) == 1 else None
    if isinstance(source, OpenTensor):
        return source.tail[-1] if source.tail else None
    return source.axes[-1] if isinstance(source, Tensor) and source.axes else None


def _is_on_another_axis(called: Called, wanted: Size, facts: Facts) -> bool:
    """True where channels are looked for on the wrong axis: torch-channels-axis tells of that."""
    source = called.source
    if called.layer.spec.family in SECOND and isinstance(source, Tensor) and source.axes[-1].size == wanted:
        return True
    if reads_turned_windows(called, facts):
        return True
    return unturned_convolution(called, facts) is not None or reads_pooled_features(called, facts)


def _is_merged_state(called: Called, found: Axis) -> bool:
    """True where the batch of a final state was merged into its features: torch-hn-layout tells of that."""
    return bool(found.parts) and isinstance(called.source, Tensor) and stack_of(called.source) is not None


def _maker(axis: Axis, facts: Facts) -> Called | None:
    """The call whose result brought an axis into the world."""
    return next((called for called in facts.events(Called) if any(axis == own for own in _axes(called.result))), None)


def _axes(value: Value) -> Iterator[Axis]:
    if isinstance(value, Tensor):
        yield from value.axes[-2:]
    elif isinstance(value, OpenTensor):
        yield from value.tail
    elif isinstance(value, Packed):
        yield from value.features
    elif isinstance(value, Tuple):
        for item in value.items:
            yield from _axes(item)


def _finding(built: Built, misfit: Misfit) -> Finding:
    text, parameter = shortened(built.place.text), misfit.parameter
    because = [Evidence(misfit.called.place, f"`{callee_text(misfit.called.place)}` is called with this input")]
    if misfit.maker is not None:
        because.append(Evidence(misfit.maker.layer.place, f"`{callee_text(misfit.maker.place)}` {_gives(misfit)}"))
    return Finding(
        built.place,
        f"`{text}` has {parameter}={_shown(misfit.wanted)}, but its input is {_compared(misfit)}",
        because=tuple(because),
        cure=_cure(misfit),
        confidence=_confidence(misfit),
    )


def _shown(size: Size) -> str:
    return str(size.known) if size.known is not None else "a size"


def _compared(misfit: Misfit) -> str:
    found = misfit.found.size
    if found.known is not None:
        return f"{found.known} wide"
    times = found.divided_by(misfit.wanted)
    if times is not None and times.known is not None and times != ONE:
        return f"{times.known} times as wide"
    return "of another width"


def _is_doubled(misfit: Misfit) -> bool:
    """True where only the two directions of a bidirectional layer were forgotten."""
    maker = None if misfit.maker is None else misfit.maker.layer
    if maker is None or not is_torch_recurrent(maker) or as_bool(maker.argument("bidirectional")) is not True:
        return False
    return misfit.found.size == misfit.wanted * Size.of(2)


def _gives(misfit: Misfit) -> str:
    if _is_doubled(misfit):
        return "reads in both directions and gives 2 * hidden_size features"
    maker = misfit.maker
    if maker is not None and is_torch_recurrent(maker.layer):
        geometry = Geometry.of(maker.layer)
        if geometry.width != geometry.cell and misfit.found.size == geometry.directions * geometry.width:
            return "gives proj_size features for each direction, not hidden_size"
    known = misfit.found.size.known
    return "gives features of another width" if known is None else f"gives {known} features"


def _cure(misfit: Misfit) -> str:
    if _is_doubled(misfit):
        return f"count both directions: twice the hidden_size for {misfit.parameter}"
    known = misfit.found.size.known
    return f"set {misfit.parameter} to what its input has" + ("" if known is None else f", {known}")


def _confidence(misfit: Misfit) -> Confidence:
    """Defaults of two different parameters may well not fit each other: a caller gives others."""
    wanted = misfit.called.layer.argument(misfit.parameter)
    if not is_assumed(wanted):
        given = None if misfit.maker is None else given_width(misfit.maker.layer)
        return Confidence.LIKELY if is_assumed(given) else Confidence.CERTAIN
    given = None if misfit.maker is None else given_width(misfit.maker.layer)
    if isinstance(wanted, Const) and isinstance(given, Const) and is_assumed(given) and given.place != wanted.place:
        return Confidence.POSSIBLE
    return Confidence.LIKELY
