"""Small notebooks written for a test."""

import json
from pathlib import Path


def write_notebook(path: Path, text: str, *code: str) -> Path:
    """Write a notebook: one cell of text, then cells of code."""
    blank = {"metadata": {}, "outputs": [], "execution_count": None}
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(True)},
        *({"cell_type": "code", "source": one.splitlines(True)} | blank for one in code),
    ]
    content = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    path.write_text(json.dumps(content), encoding="utf-8")
    return path
