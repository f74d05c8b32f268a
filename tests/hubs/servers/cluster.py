"""A PostgreSQL server of one's own, in a folder that goes away with it.

It listens on 127.0.0.1 and on a socket in its folder, asks for passwords (scram-sha-256), and runs
as an unprivileged user where the tests run as root, because PostgreSQL refuses to be root.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Self

OWNER, OWNER_PASSWORD = "owner", "owner secret"
READER, READER_PASSWORD = "reader", "s3cret: of 'reader'"
_HOMES = ("/usr/lib/postgresql", "/usr/pgsql", "/opt/homebrew/opt/postgresql", "/usr/local/pgsql")


def binaries() -> Path | None:
    """Return the folder of initdb and pg_ctl, the newest; None where PostgreSQL is not installed.

    Debian keeps them out of the search path.
    """
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = [path.parent for home in _HOMES for path in Path(home).glob("*/bin/initdb")]
    return max(folders, key=lambda path: float(path.parent.name), default=None)


class Cluster:
    """A running server; a context manager."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = Path(tempfile.mkdtemp(prefix="bdg-pg-", dir="/tmp"))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.account = _unprivileged()
        if self.account:
            os.chown(self.folder, self.account.pw_uid, self.account.pw_gid)

    def __enter__(self) -> Self:
        try:
            password = self.folder / "password"
            password.write_text(OWNER_PASSWORD)
            password.chmod(0o644)
            self._run("initdb", "-D", "data", "-U", OWNER, f"--pwfile={password}", "-N",
                      "-A", "scram-sha-256", "-E", "UTF8", "--locale=C")  # fmt: skip
            self.start()
            quoted = READER_PASSWORD.replace("'", "''")
            self.sql(f"CREATE ROLE {READER} LOGIN PASSWORD '{quoted}'")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if (self.folder / "data" / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        settings = {
            "listen_addresses": "127.0.0.1", "port": self.port, "fsync": "off",
            "unix_socket_directories": self.folder, "synchronous_commit": "off",
            "full_page_writes": "off", "shared_buffers": "64MB", "max_wal_size": "4GB",
        }  # fmt: skip
        given = " ".join(f"-c {name}={value}" for name, value in settings.items())
        self._run("pg_ctl", "-D", "data", "-w", "-t", "60", "-l", "log", "-o", given, "start")

    def stop(self) -> None:
        """Stop as a crash would: nobody is told, nothing is finished."""
        self._run("pg_ctl", "-D", "data", "-w", "-m", "immediate", "stop")

    def sql(self, text: str, *, database: str = "postgres") -> str:
        """Run statements as the owner; return what the last one prints."""
        done = subprocess.run(
            [self.home / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-"],
            input=text, capture_output=True, text=True, timeout=300,
            env=os.environ | {"PGHOST": str(self.folder), "PGPORT": str(self.port), "PGUSER": OWNER,
                              "PGPASSWORD": OWNER_PASSWORD, "PGDATABASE": database},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def address(self, database: str, *, user: str = READER, more: str = "") -> str:
        """Return the address as a user would write it."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}{more}"

    def _run(self, name: str, *arguments: str) -> None:
        # What a started server prints goes to its log: it must not hold our pipe open.
        with (self.folder / f"{name}.out").open("w") as out:
            done = subprocess.run(
                [self.home / name, *arguments], cwd=self.folder, stdout=out,
                stderr=subprocess.STDOUT, timeout=120, stdin=subprocess.DEVNULL,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(self.folder)},
                **({"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}
                   if self.account else {}),
            )  # fmt: skip
        assert done.returncode == 0, (self.folder / f"{name}.out").read_text()


def _unprivileged() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    known = {one.pw_name: one for one in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]
