"""Is there anything here to interpret? Decided on a file's bytes, before anything is decoded, parsed or imported.

Most files of a tree never name a recurrent layer. Parsing costs a hundred times this search, and importing the parser
more than starting Python does.
"""

from __future__ import annotations

LAYERS = (b"LSTM", b"GRU", b"RNN")
"""Part of every recurrent layer's name: ConvLSTM2D, CuDNNGRU, LSTMCell, SimpleRNN, StackedRNNCells."""
COMPANIONS = {
    b"Bidirectional": (b"Bidirectional",),
    b"_sequence": (b"pack_sequence", b"pack_padded_sequence", b"pad_packed_sequence"),
    b"PackedSequence": (b"PackedSequence",),
    b"ic_rnn": (b"dynamic_rnn", b"static_rnn"),
    b"weight_": (b"weight_ih", b"weight_hh"),  # parameters of torch's recurrent layers
    b"bias_": (b"bias_ih", b"bias_hh"),
    b"lstm": (b"'lstm'", b'"lstm"'),  # what becomes a name by `getattr(nn, kind.upper())`
    b"gru": (b"'gru'", b'"gru"'),
}
"""What goes only with a recurrent layer, under what several of them have in common, which is looked for first."""

WIDE = {
    b"\xff\xfe\0\0": "UTF-32",
    b"\0\0\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
"""The byte order marks of encodings in which Python reads no program, the longer ones first."""


def concerns(data: bytes) -> bool:
    """True where a file names a recurrent layer, or what goes only with one.

    All other files are left alone, but for those that import something recurrent from another file (`names.reach`).
    """
    data = _searchable(data)
    if any(layer in data for layer in LAYERS):
        return True
    return mentions_framework(data) and any(
        whole in data for part in COMPANIONS if part in data for whole in COMPANIONS[part]
    )


def mentions_framework(data: bytes) -> bool:
    """True where a file has to do with torch, Keras or TensorFlow at all."""
    data = _searchable(data)
    return b"torch" in data or b"keras" in data or b"tensorflow" in data


def wide_encoding(data: bytes) -> str | None:
    """The encoding of a file that begins with the byte order mark of UTF-16 or UTF-32."""
    return next((name for mark, name in WIDE.items() if data.startswith(mark)), None)


def _searchable(data: bytes) -> bytes:
    """The bytes of a file; of one in UTF-16 or UTF-32, those of its ASCII characters."""
    return data if wide_encoding(data) is None else data.replace(b"\0", b"")
