"""Your own hub: a folder of tester files becomes a store that opens beside the hubs that ship."""

from .metadata import OBJECTIVES, template
from .reporting import Built, FileReport
from .store import build

__all__ = ["OBJECTIVES", "Built", "FileReport", "build", "template"]
