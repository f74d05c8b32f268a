"""What a subcommand is."""

import argparse
from collections.abc import Callable

Command = Callable[[argparse.Namespace], int]
"""A function that declares its arguments returns one of these: given them, it acts."""
