"""Loaded by Intake itself (entry point `intake.imports`): keep it light.

Intake 2.0.9 looks for conda with `distutils`, which Python 3.12 no longer has, so that
`intake.cat` fails in any kernel whose environment was not activated. Where `distutils` is missing
it is given the standard library's own search.
"""

import importlib.util
import shutil


def _cure() -> None:
    if importlib.util.find_spec("distutils") is None:
        from intake.catalog import default

        default.which = shutil.which


_cure()
