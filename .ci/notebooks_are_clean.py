"""Notebooks are committed without outputs and without execution counts."""

import json
import sys
from pathlib import Path

bad = [
    f"{path}: cell {i}"
    for path in sorted(Path("notebooks").glob("*.ipynb"))
    for i, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"])
    if cell.get("outputs") or cell.get("execution_count")
]
sys.exit("Clear the outputs of\n" + "\n".join(bad) if bad else 0)
