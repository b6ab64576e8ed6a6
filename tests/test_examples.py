"""The examples in docstrings run and say what they show."""

import doctest
import importlib
from pathlib import Path

import pytest

import grants

_ROOT = Path(grants.__file__).parent
_WITH_EXAMPLES = sorted(
    ".".join(("grants", *path.relative_to(_ROOT).with_suffix("").parts))
    for path in _ROOT.rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("module", _WITH_EXAMPLES)
def test_examples_run(module: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(module))
    assert tried > 0
    assert failed == 0
