"""A file's text and places in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, order=True)
class Span:
    """A stretch of a file: lines and columns count from 1, columns in characters, the end column is past the end."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


class Place(Protocol):
    """Where something stands in the source. Cheap to make and to keep: the span is worked out when asked for."""

    @property
    def span(self) -> Span:
        """The lines and columns."""

    @property
    def text(self) -> str:
        """The source text, as the user wrote it."""
