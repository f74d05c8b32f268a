"""Another engine for impedance, to compare with: impedance.py, without what draws in it."""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

import pytest


def impedance_py(part: str) -> Any:
    """Return a module of impedance.py; its pictures, which take ten seconds to load, stay out."""
    pytest.importorskip(
        "impedance", reason="impedance.py is not installed: pip install -e '.[dev]'"
    )
    pictures = ModuleType("impedance.visualization")
    pictures.__getattr__ = lambda name: MagicMock(name=name)  # type: ignore[method-assign]
    sys.modules.setdefault("impedance.visualization", pictures)
    return import_module(f"impedance.{part}")
