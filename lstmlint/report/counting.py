"""Counted things in words."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def found_none(files: int) -> str:
    """What a run says that found nothing in so many files."""
    return f"found no problems in {counted(files, 'file')}\n"
