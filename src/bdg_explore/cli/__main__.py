"""``python -m bdg_explore.cli`` is `bdg`."""

import sys

from . import main

sys.exit(main())
