"""What a package holds is found by listing it."""

from __future__ import annotations

import pkgutil
from pathlib import Path

import lstmlint
from lstmlint.modules import below


def test_every_module_is_found() -> None:
    found = list(below(lstmlint.__name__, lstmlint.__path__))
    assert sorted(found) == sorted(module.name for module in pkgutil.walk_packages(lstmlint.__path__, "lstmlint."))
    assert len(found) > 100


def test_modules_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b.py", "a.py", "inner/__init__.py", "inner/c.py", "no_package/d.py", "notes.md", "__init__.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert list(below("p", [str(tmp_path)])) == ["p.a", "p.b", "p.inner", "p.inner.c"]
