"""Write the JSON Schema of metadata: ``python -m bdg_explore.metadata [FILE]``."""

import sys
from pathlib import Path

from .json_schema import json_schema_text

if len(sys.argv) > 1:
    Path(sys.argv[1]).write_text(json_schema_text(), encoding="utf-8")
else:
    sys.stdout.write(json_schema_text())
