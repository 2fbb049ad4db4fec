"""Is there anything here to interpret? Decided on a file's bytes, before anything is decoded, parsed or imported.

Most files of a tree never name a recurrent layer. Parsing costs a hundred times this search, and importing the parser
more than starting Python does.
"""

from __future__ import annotations

import re

_RECURRENT = re.compile(
    rb"LSTM|GRU|RNN"  # with every ConvLSTM2D, CuDNNGRU, LSTMCell, SimpleRNN and StackedRNNCells
    rb"|Bidirectional|pack_(?:padded_)?sequence|pad_packed_sequence|PackedSequence"
    rb"|dynamic_rnn|static_rnn"
)


def concerns(data: bytes) -> bool:
    """True where a file names a recurrent layer, or what goes only with one; all other files are left alone."""
    return _RECURRENT.search(data) is not None
