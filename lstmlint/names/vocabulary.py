"""What programmers call the axes: the weakest evidence there is, used only where nothing speaks against it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lstmlint.values import Role

_CLEAR = {
    Role.BATCH: re.compile(
        r"^_?(n_?)?(mini_?)?(batch(es)?|batch_?(size|sz|dim|len)|b_?(sz|size)|(n|num)_?(samples|envs|seqs|sequences))_?$"
    ),
    Role.TIME: re.compile(
        r"^_?((max_?|n_?|num_?|seq_?|input_?|src_?|tgt_?)?(seq(uence)?_?(len(gth)?|size)?|time_?steps?|times?|steps?|n_?steps|frames|"
        r"timesteps?|seq_?len(gth)?s?|max_?len(gth)?|len_?seq|time_?(dim|len)|horizon|window_?(len(gth)?|size)?|look_?back))_?$"
    ),
}
_LONGEST = re.compile(
    r"^(int\()?((np\.|torch\.)?a?max\((len\(|map\(len\b|\[?len\(|[\w.]*(lens|lengths)\b)|[\w.]*(lens|lengths)\.a?max\(\))"
)
"""`max(lengths)`, `max(len(x) for x in batch)`, `lengths.max()`: how long the longest sequence is."""
_LETTERS = {
    Role.BATCH: {"b", "n", "bs", "nb", "bz", "batch"},
    Role.TIME: {"t", "s", "l", "seq", "length", "tlen", "ts", "steps"},
}
_AMBIGUOUS = {"n", "s", "l"}
"""Letters that stand for other numbers as often: of nodes, of sources, of layers."""


def clear_role(name: str) -> Role | None:
    """The role that a name states plainly: `batch_size`, `seq_len`; None for `n`, `t` and everything else."""
    name = name.rpartition(".")[2].lower()
    return next((role for role, pattern in _CLEAR.items() if pattern.match(name)), None)


def role_of_size(text: str) -> Role | None:
    """The role that a size states plainly, as it is written: by its name, or as the greatest of some lengths."""
    return Role.TIME if _LONGEST.match(text) else clear_role(text)


def likely_roles(names: Sequence[str]) -> list[Role | None]:
    """For names of axes side by side their roles: as `clear_role`, and the usual single letters too.

    Letters are worth something only where two roles stand together. Where two names say the same, the plainer one is
    meant: in `b, n, c = x.shape`, `n` is another number.
    """
    found = [_reading(name) for name in names]
    plainest: dict[Role, int] = {}
    for role, rank in (one for one in found if one is not None):
        plainest[role] = min(rank, plainest.get(role, rank))
    return [one[0] if one is not None and one[1] == plainest[one[0]] else None for one in found]


def _reading(name: str) -> tuple[Role, int] | None:
    """The role that a name states, and how plainly: 0 where it does so for itself."""
    role = clear_role(name)
    if role is not None:
        return role, 0
    letter = name.rpartition(".")[2].lower().lstrip("_")
    found = ((role, letter) for role, letters in _LETTERS.items() if letter in letters)
    return next(((role, 2 if letter in _AMBIGUOUS else 1) for role, letter in found), None)
