"""The notes that travel with a tensor, as operations keep, add and drop them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from lstmlint.source import Place
from lstmlint.values import Layer, Note, Tensor, Value

TRANSPOSED = "transposed"
"""The first two axes were exchanged on purpose."""
TURNED = "turned"
"""The two axes of a matrix were exchanged on purpose."""
SCRAMBLED = "scrambled"
"""A reshape was proved to mix entries."""
PADDED = "padded"
"""Came out of pad_packed_sequence: behind the end of each sequence stands padding."""
ZEROS_BEHIND = "zeros-behind"
"""Zeros were put behind sequences that are shorter than others."""
MASK = "mask"
"""Holds truth values: as a subscript it picks out entries."""
COUNTED = "counted"
"""Counts up from a number (arange): as a subscript it goes along an axis entry by entry."""
UNIFORM = "uniform"
"""A row of one and the same number."""
RANDOM = "random"
"""Filled at random or not filled at all."""
BACKWARDS = "backwards"
"""The steps, on axis 1, stand from the last to the first."""
STATEFUL = "stateful"
"""Comes of a Keras layer that carries its state from one batch to the next."""
NUMPY = "numpy"
"""A numpy array, whose methods differ from a torch tensor's of the same name."""
DETACHED = "detached"
"""A state of a recurrent layer that is cut off from the graph that computed it."""
STATE = "state"
"""The state that a call of a recurrent layer returned; the note's place is the call's."""

SOFTMAX = "softmax"
"""Came out of a softmax: probabilities."""
SIGMOID = "sigmoid"
"""Came out of a sigmoid: probabilities."""
DENSE = "dense"
"""Came out of a dense layer: scores of any size and sign."""

LAST_POSITION = "last-position"
"""Holds one number, the last position of an axis."""
LESS_ONE = "less-one"
"""Was counted down by one, as lengths are to become positions."""

LAST_STEP, SEQUENCE = "last-step", "sequence"
"""Comes of a Keras layer that returned its last step only, or all of them; the note has the layer."""
DIFFERENCE = "difference"
"""Was computed from the difference of two tensors, one of them with a note of the two above."""

VALUES = (SOFTMAX, SIGMOID, DENSE)
"""Notes that say what range the entries have; whatever computes new entries ends them."""
_OF_ALL = (RANDOM, BACKWARDS)
"""Notes that what is made of several tensors has only where all of them have it."""
NEWEST = 8
"""Notes of one kind that a tensor keeps: more would grow with every line that adds one, and be copied by each."""
_OF_THE_ENTRIES = (MASK, COUNTED, UNIFORM, LAST_POSITION, LESS_ONE, TURNED, *VALUES)
"""Notes about the entries themselves, or about a matrix of entries, which do not outlast arithmetic."""


def noted(tensor: Tensor, kind: str, place: Place, layer: Layer | None = None) -> Tensor:
    """A tensor with one more note; the same note is kept once."""
    note = Note(kind, place, layer)
    return tensor if note in tensor.trail else replace(tensor, trail=newest([*tensor.trail, note]))


def without_notes(tensor: Tensor, *kinds: str) -> Tensor:
    """A tensor without its notes of some kinds."""
    if not any(note.kind in kinds for note in tensor.trail):
        return tensor
    return replace(tensor, trail=tuple(note for note in tensor.trail if note.kind not in kinds))


def detached(value: Value, place: Place) -> Value:
    """A value without its graph; that is noted of the states of recurrent layers."""
    has_graph = isinstance(value, Tensor) and value.noted(STATE) is not None and value.noted(DETACHED) is None
    return noted(value, DETACHED, place) if isinstance(value, Tensor) and has_graph else value


def with_features(tensor: Tensor) -> Tensor:
    """A matrix that got an axis of features behind its two axes: where these were exchanged, the first two were."""
    if tensor.noted(TURNED) is None:
        return tensor
    trail = (replace(note, kind=TRANSPOSED) if note.kind == TURNED else note for note in tensor.trail)
    return replace(tensor, trail=tuple(trail))


def embedded(tensor: Tensor) -> Tensor:
    """What says nothing of the entries of the vectors that stand for a tensor's entries is left out."""
    return without_notes(tensor, RANDOM, *(kind for kind in _OF_THE_ENTRIES if kind != TURNED))


def joint_trail(tensors: Iterable[Tensor]) -> tuple[Note, ...]:
    """The notes of what several tensors become together: all of theirs, but some only where all have them."""
    parts = list(tensors)
    ended = [kind for kind in _OF_ALL if not all(part.noted(kind) for part in parts)]
    notes: list[Note] = []
    for part in parts:
        for note in part.trail:
            if note not in notes and note.kind not in (*_OF_THE_ENTRIES, *ended):
                notes.append(note)
    return newest(notes)


def joined_trail(tensors: Iterable[Tensor]) -> tuple[Note, ...]:
    """The notes of tensors put side by side, whose entries stay as they are: what all of them have, too."""
    parts = list(tensors)
    shared = [kind for kind in VALUES if all(part.noted(kind) for part in parts)]
    kept = [note for kind in shared for part in parts[:1] if (note := part.noted(kind))]
    return (*joint_trail(parts), *kept)


def either_trail(one: Tensor, other: Tensor) -> tuple[Note, ...]:
    """The notes of a tensor that is one of two: all of theirs, but what their entries are only where both agree."""
    entries = (*_OF_ALL, *VALUES)
    shared = [kind for kind in entries if one.noted(kind) and other.noted(kind)]
    notes = dict.fromkeys([*one.trail, *other.trail])
    return newest([note for note in notes if note.kind not in entries or note.kind in shared])


def newest(notes: list[Note]) -> tuple[Note, ...]:
    """The newest few notes of each kind. What is left out goes in pairs: two transposes undo each other."""
    if len(notes) <= NEWEST:
        return tuple(notes)
    surplus = {kind: (count - NEWEST) // 2 * 2 for kind, count in Counter(note.kind for note in notes).items()}
    kept = []
    for note in notes:
        if surplus[note.kind] > 0:
            surplus[note.kind] -= 1
        else:
            kept.append(note)
    return tuple(kept)


def recomputed(tensor: Tensor) -> Tensor:
    """A tensor with new entries of any range on the same axes."""
    return without_notes(tensor, COUNTED, UNIFORM, LAST_POSITION, RANDOM, *VALUES)


def turned_round(tensor: Tensor, position: int | None, place: Place, layer: Layer | None = None) -> Tensor:
    """A tensor after the entries of an axis were put the other way round; None: of an axis that nobody knows."""
    if position != 0:
        tensor = without_notes(tensor, ZEROS_BEHIND)
    axes = [axis.id for axis in tensor.axes]
    axis = axes[position] if position is not None and position < len(axes) else None
    note = tensor.noted(BACKWARDS)
    if note is not None:
        is_other = axis is not None and axis != note.axis and note.axis in axes
        return tensor if is_other else without_notes(tensor, BACKWARDS)
    if axis is None or position != 1:
        return tensor
    return replace(tensor, trail=(*tensor.trail, Note(BACKWARDS, place, layer, axis)))


def joint_state(tensors: Iterable[Tensor]) -> str | None:
    """Which state of a recurrent layer several tensors are together: the one they all are."""
    states = {part.state for part in tensors}
    return states.pop() if len(states) == 1 else None


def is_array(value: Value | None) -> bool:
    """True where a value is known to be a numpy array."""
    return isinstance(value, Tensor) and value.noted(NUMPY) is not None


def is_mask(value: Value | None) -> bool:
    """True where a value is known to hold truth values."""
    return isinstance(value, Tensor) and value.noted(MASK) is not None


def as_array(value: Value, place: Place) -> Value:
    """A value as a numpy array."""
    return noted(value, NUMPY, place) if isinstance(value, Tensor) and not is_array(value) else value


def as_torch(value: Value) -> Value:
    """A value as a torch tensor."""
    return without_notes(value, NUMPY) if isinstance(value, Tensor) else value


def overwritten(value: Value) -> Value:
    """A value whose entries are replaced by known ones."""
    return without_notes(value, RANDOM, *_OF_THE_ENTRIES) if isinstance(value, Tensor) else value
