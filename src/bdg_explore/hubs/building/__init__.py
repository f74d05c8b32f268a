"""Your own hub: a folder of tester files becomes a store that opens beside the hubs that ship."""

from .metadata import template
from .reporting import Built, FileReport
from .store import build

__all__ = ["Built", "FileReport", "build", "template"]
