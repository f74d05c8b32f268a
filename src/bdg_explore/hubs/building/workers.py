"""Several processes that work through jobs; one that dies takes nothing with it but its job.

The processes are started with ``python -m``, not forked and not through `multiprocessing`: a script
or a notebook that calls `build` is not imported again by them, it is known which job a process died
of, and one that hangs can be ended by itself.
"""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bdg_explore.errors import BdgError

Job = Mapping[str, Any]
Answer = dict[str, Any]

_START_SECONDS: Final = 120.0
_LEAST_SECONDS: Final = 120.0
_SECONDS_A_MEGABYTE: Final = 10.0


class Workers:
    """Processes that answer jobs; to be used in a ``with`` statement.

    Parameters
    ----------
    count : int
        Number of processes; 0 does the jobs here, one after the other.
    logs : Path
        Folder for what the processes print.
    seconds : float, optional
        A job that takes longer [s] is given up; if not given, as its files are large.
    """

    def __init__(self, count: int, logs: Path, *, seconds: float | None = None) -> None:
        self._helpers = [_Helper(logs / f"worker-{n}.log", seconds) for n in range(count)]

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, *_: object) -> None:
        for helper in self._helpers:
            helper.end()

    def answers(self, jobs: Sequence[Job]) -> Iterator[tuple[int, Answer]]:
        """Have jobs done, and yield each answer when it is there.

        Parameters
        ----------
        jobs : sequence of mapping
            What to do; `bytes` says how large the files of a job are.

        Yields
        ------
        place : int
            Which job.
        answer : dict
            What came of it; `error` where its process died or was given up.

        Raises
        ------
        BdgError
            No process can be started at all.
        """
        if not self._helpers:
            from .worker import answer

            for place, job in enumerate(jobs):
                yield place, answer(job)
            return
        todo: queue.SimpleQueue[tuple[int, Job]] = queue.SimpleQueue()
        for place, job in enumerate(jobs):
            todo.put((place, job))
        done: queue.SimpleQueue[tuple[int, Answer] | Exception] = queue.SimpleQueue()
        for helper in self._helpers[: len(jobs)]:
            threading.Thread(target=helper.work, args=(todo, done), daemon=True).start()
        for _ in jobs:
            told = done.get()
            if isinstance(told, Exception):
                raise told
            yield told


class _Helper:
    """Hands jobs to a process of its own, and starts another when that one dies."""

    def __init__(self, log: Path, seconds: float | None) -> None:
        self._log, self._seconds = log, seconds
        self._process: subprocess.Popen[str] | None = None
        self._stopped = False
        self._late = False
        self._lock = threading.Lock()

    def work(
        self,
        todo: "queue.SimpleQueue[tuple[int, Job]]",
        done: "queue.SimpleQueue[tuple[int, Answer] | Exception]",
    ) -> None:
        """Do jobs until there are none left."""
        try:
            while not self._stopped:
                place, job = todo.get_nowait()
                done.put((place, self._ask(job)))
        except queue.Empty:
            return
        except Exception as error:  # noqa: BLE001  (whoever waits for answers must not wait for ever)
            done.put(error)

    def end(self) -> None:
        """End the process at once; what it is doing is given up."""
        self._stopped = True
        self._kill()

    def _ask(self, job: Job) -> Answer:
        process = self._running()
        size = float(job.get("bytes", 0))
        limit = self._seconds or _LEAST_SECONDS + size / 1e6 * _SECONDS_A_MEGABYTE
        line = self._line(process, json.dumps(job), limit)
        if line:
            told: Answer = json.loads(line)
            return told
        late = self._late
        self._kill()
        if late:
            return {"error": f"reading it took longer than {limit:.0f} s; it is left out"}
        return {"error": f"the process that read it died ({_ending(process.returncode)})"}

    def _line(self, process: "subprocess.Popen[str]", text: str, limit: float) -> str:
        """Send a line and wait for one; it is empty where the process died or is too late."""
        assert process.stdin is not None  # noqa: S101  (it is a pipe)
        assert process.stdout is not None  # noqa: S101
        self._late = False
        timer = threading.Timer(limit, self._give_up, args=(process,))
        timer.start()
        try:
            if text:
                process.stdin.write(text + "\n")
                process.stdin.flush()
            return process.stdout.readline()
        except (OSError, ValueError):
            return ""
        finally:
            timer.cancel()

    def _give_up(self, process: "subprocess.Popen[str]") -> None:
        self._late = True
        process.kill()

    def _running(self) -> "subprocess.Popen[str]":
        with self._lock:
            if self._process is not None:
                return self._process
            if self._stopped:
                raise BdgError("The build was stopped.")
            environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
            try:
                with self._log.open("wb") as log:
                    self._process = process = subprocess.Popen(
                        [sys.executable, "-m", f"{__package__}.worker"],
                        stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE,
                        stderr=log,
                        text=True,
                        encoding="ascii",
                        env=environment,
                    )
            except OSError as error:
                raise BdgError(f"No worker process can be started: {error}.") from error
        if not self._line(process, "", _START_SECONDS):
            told = (
                self._log.read_text(encoding="utf-8", errors="replace") if not self._stopped else ""
            )
            self._kill()
            raise BdgError(f"No worker process can be started: {told.strip()[-500:]}")
        return process

    def _kill(self) -> None:
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # what was still to be written is not wanted any more
                    continue


def _ending(code: int | None) -> str:
    if code is None or code >= 0:
        return f"exit code {code}"
    name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
    return f"{name}; often the machine had no memory left" if name == "SIGKILL" else name
