"""Is there anything here to interpret? Decided on a file's bytes, before anything is decoded, parsed or imported.

Most files of a tree never name a recurrent layer. Parsing costs a hundred times this search, and importing the parser
more than starting Python does.
"""

from __future__ import annotations

_RECURRENT = (
    b"LSTM",  # with every ConvLSTM2D and LSTMCell
    b"GRU",
    b"RNN",
    b"Bidirectional",
    b"pack_sequence",
    b"pack_padded_sequence",
    b"pad_packed_sequence",
    b"PackedSequence",
    b"dynamic_rnn",
    b"static_rnn",
    b"weight_ih",  # and weight_hh: parameters of torch's recurrent layers
    b"weight_hh",
)


def concerns(data: bytes) -> bool:
    """True where a file names a recurrent layer, or what goes only with one; all other files are left alone."""
    return any(name in data for name in _RECURRENT)
