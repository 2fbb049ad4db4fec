"""Is there anything here to interpret? Decided on a file's bytes, before anything is decoded, parsed or imported.

Most files of a tree never name a recurrent layer. Parsing costs a hundred times this search, and importing the parser
more than starting Python does.
"""

from __future__ import annotations

_LAYERS = (b"LSTM", b"GRU", b"RNN")
"""Part of every recurrent layer's name: ConvLSTM2D, CuDNNGRU, LSTMCell, SimpleRNN, StackedRNNCells."""
_COMPANIONS = (
    b"Bidirectional",
    b"pack_sequence",
    b"pack_padded_sequence",
    b"pad_packed_sequence",
    b"PackedSequence",
    b"dynamic_rnn",
    b"static_rnn",
    b"weight_ih",  # and weight_hh: parameters of torch's recurrent layers
    b"weight_hh",
    b"'lstm'",  # and what becomes a name by `getattr(nn, kind.upper())`
    b'"lstm"',
    b"'gru'",
    b'"gru"',
)
"""What goes only with a recurrent layer."""
_FRAMEWORKS = (b"torch", b"keras", b"tensorflow")


def concerns(data: bytes) -> bool:
    """True where a file names a recurrent layer, or what goes only with one.

    All other files are left alone, but for those that import something recurrent from another file (`names.reach`).
    """
    return _has(data, _LAYERS) or (mentions_framework(data) and _has(data, _COMPANIONS))


def mentions_framework(data: bytes) -> bool:
    """True where a file has to do with torch, Keras or TensorFlow at all."""
    return _has(data, _FRAMEWORKS)


def _has(data: bytes, texts: tuple[bytes, ...]) -> bool:
    return any(text in data for text in texts)
