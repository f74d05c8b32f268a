"""A local server that speaks as a Galvanalyser does: token, pages, links, partitions; or badly.

Names and forms of what it sends are those that the `galv` package describes (version 2.11).
"""

import io
import json
import threading
import uuid
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pandas as pd

TOKEN = "a-token-of-the-tests"  # noqa: S105


def key(name: str) -> str:
    """Return the UUID that a thing of this name has."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


def records(count: int, *, start: float = 0.0, **more: Any) -> pd.DataFrame:
    """Return a harvested file: a charge, then a discharge, in the server's own columns."""
    n = np.arange(count)
    return pd.DataFrame(
        {
            "SampleNumber": n + 1,
            "ElapsedTime_s": n * 10.0,
            "Voltage_V": 3.5 + 0.001 * n,
            "Current_A": np.where(n < count // 2, 1.0, -1.0),
            "Temperature_K": 298.15,
            "DateTime": pd.Timestamp("2024-01-01") + pd.to_timedelta(start + n * 10.0, unit="s"),
            "Cyc#": (n // 50).astype(float),
            **more,
        }
    )


@dataclass
class Fault:
    """What is done wrong with a path."""

    status: int = 0
    body: bytes | None = None
    drop_after: int | None = None  # bytes of the body, then the connection ends
    redirect: str | None = None
    times: int = 10**6


@dataclass
class Galvanalyser:
    """The server; a context manager."""

    token: str | None = TOKEN
    things: dict[str, dict[str, dict]] = field(default_factory=dict)
    partitions: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    def __enter__(self) -> Self:
        handler = type("Handler", (_Handler,), {"galv": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def address(self) -> str:
        return f"galvanalyser+{self.base}"

    def add(self, kind: str, called: str, /, **facts: Any) -> str:
        """Add a thing, and return the link to it."""
        own = facts.pop("id", key(called))
        link = self.link(kind, own)
        self.things.setdefault(kind, {})[str(own)] = {"url": link, "id": own, **facts}
        return link

    def link(self, kind: str, own: object) -> str:
        return f"{self.base}/{kind}/{own}/"

    def add_file(self, name: str, *pieces: pd.DataFrame, state: str = "IMPORTED") -> str:
        """Add a harvested file and its partitions, listed in the wrong order."""
        links = []
        for number, piece in enumerate(pieces):
            held = io.BytesIO()
            piece.to_parquet(held, index=False)
            link = self.add("parquet_partitions", f"{name} {number}", partition_number=number,
                            uploaded=True, parquet_file=self.link("x", number))  # fmt: skip
            self.partitions[key(f"{name} {number}")] = held.getvalue()
            links.append(link)
        return self.add("files", name, path=f"/data/{name}", state=state,
                        parquet_partitions=links[::-1])  # fmt: skip


def laboratory(galv: Galvanalyser) -> None:
    """Fill a server: two teams, three cells, one of them tested twice."""
    lab = galv.add("labs", "lab", id=1, name="Battery lab")
    ageing = galv.add("teams", "ageing", id=1, name="Ageing", lab=lab, description="We age")
    safety = galv.add("teams", "safety", id=2, name="Safety", lab=lab, description=None)
    kind = {"manufacturer": "LG", "model": "HG2", "chemistry": "NMC", "form_factor": "18650"}
    family = galv.add("cell_families", "family", nominal_capacity_ah=3.0, **kind)
    plan = galv.add("schedule_families", "plan", identifier="Cell conditioning",
                    ambient_temperature_c=25.0)  # fmt: skip
    schedule = galv.add("schedules", "schedule", family=plan)
    kind = galv.add("equipment_families", "kind", manufacturer="Maccor", model="4200")
    machine = galv.add("equipment", "machine", identifier="1", family=kind)
    first = galv.add("cells", "hg2-01", identifier="hg2-01", family=family, team=ageing)
    second = galv.add("cells", "hg2-02", identifier="hg2-02", family=family, team=ageing)
    galv.add("cells", "other", identifier="hg2-01", family=family, team=safety)
    whole = records(200)
    files = [
        galv.add_file("one.txt", whole.iloc[:120], whole.iloc[120:]),
        galv.add_file("two.txt", records(100, start=5000.0)),
    ]
    waits = galv.add_file("waiting.txt", state="AWAITING MAP ASSIGNMENT")
    done = {"equipment": [machine], "schedule": schedule}
    tests = [
        galv.add("cycler_tests", f"test {i}", cell=first, files=[file], **done)
        for i, file in enumerate(files)
    ]
    galv.add("cycler_tests", "test 2", cell=second, files=[waits], **done)
    galv.add("experiments", "experiment", title="Fast formation", cycler_tests=tests)


class _Handler(BaseHTTPRequestHandler):
    galv: Galvanalyser
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.galv.asked.append((self.path, self.headers.get("Authorization")))
        fault = self.galv.faults.get(parts.path)
        if fault is not None and fault.times > 0:
            fault.times -= 1
            self._send(fault.status or 200, fault.body or b"", fault)
        elif self.galv.token and self.headers.get("Authorization") != f"Bearer {self.galv.token}":
            self._json(401, {"detail": "Authentication credentials were not provided."})
        else:
            self._answer([part for part in parts.path.split("/") if part], parse_qs(parts.query))

    def _answer(self, path: list[str], query: dict[str, list[str]]) -> None:
        kind, *rest = path or [""]
        known = self.galv.things.get(kind)
        if known is None:
            self._json(404, {"detail": "Not found."})
        elif not rest:
            offset, limit = int(query["offset"][0]), min(int(query["limit"][0]), 100)
            listed = list(known.values())
            # A foreign link, as a server gone wrong might give: only that there is one is read.
            more = "http://192.0.2.1/steal/" if offset + limit < len(listed) else None
            self._json(200, {"count": len(listed), "next": more, "previous": None,
                             "results": listed[offset : offset + limit]})  # fmt: skip
        elif rest[1:] == ["file"] and kind == "parquet_partitions":
            self._send(200, self.galv.partitions[rest[0]])
        elif rest[0] in known:
            self._json(200, known[rest[0]])
        else:
            self._json(404, {"detail": "Not found."})

    def _json(self, status: int, content: object) -> None:
        self._send(status, json.dumps(content).encode())

    def _send(self, status: int, body: bytes, fault: Fault | None = None) -> None:
        self.send_response(status)
        if fault and fault.redirect:
            self.send_header("Location", fault.redirect)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        cut = len(body) if fault is None or fault.drop_after is None else fault.drop_after
        self.wfile.write(body[:cut])
        if cut < len(body) or (fault and fault.drop_after is not None):
            self.close_connection = True
            self.wfile.flush()
            self.connection.close()
