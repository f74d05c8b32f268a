"""A process that reads files for `build`: jobs come in as lines of JSON, answers go out so.

``python -m bdg_explore.hubs.building.worker``. It ends at once when the process that started it
does, so that nothing is written behind the back of a later build.
"""

import json
import os
import queue
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from bdg_explore.errors import BdgError

from .reading import look, read_series, try_series

_DOES: Final[Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]]] = {
    "look": lambda job: look(Path(job["path"])),
    "read": read_series,
    "try": try_series,
}


def answer(job: Mapping[str, Any]) -> dict[str, Any]:
    """Do one job; whatever goes wrong becomes part of the answer.

    Parameters
    ----------
    job : mapping
        `do`, which is ``look``, ``read`` or ``try``, and what that needs.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what matters stands in the notes of the frame
            return _DOES[job["do"]](job)
    except BdgError as error:
        return {"error": str(error)}
    except OSError as error:
        return {"error": f"it cannot be read: {error.strerror or error}"}
    except MemoryError:
        return {"error": "it needs more memory than there is. Export the test in parts."}
    except Exception as error:  # noqa: BLE001  (one bad file must not stop the others)
        told = f"{type(error).__name__}: {error}"
        return {"error": f"its reader failed ({told[:300]}). Please report it with the file."}


def main() -> None:
    """Answer jobs until there are no more, or nobody is there to listen."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started it is told, and ends it
    channel = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="ascii")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no answer
    # the processes share the machine between them; threads of each would only get in the way
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    jobs: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(jobs,), daemon=True).start()
    print("{}", file=channel, flush=True)
    while True:
        told = answer(jobs.get())
        print(json.dumps(told), file=channel, flush=True)
        pa.default_memory_pool().release_unused()


def _listen(jobs: "queue.SimpleQueue[dict[str, Any]]") -> None:
    for line in sys.stdin:
        jobs.put(json.loads(line))
    os._exit(0)


if __name__ == "__main__":
    main()
