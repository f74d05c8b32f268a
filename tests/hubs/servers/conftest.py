"""A PostgreSQL of our own for as long as the tests of one process run."""

import os

import pytest

from .cluster import READER_PASSWORD, Cluster, binaries


@pytest.fixture(scope="session")
def cluster():
    """A running server; skipped with a reason where PostgreSQL is not installed."""
    home = binaries()
    if home is None:
        reason = "PostgreSQL is not installed: apt-get install postgresql"
        if os.environ.get("BDG_REQUIRE_POSTGRES"):
            pytest.fail(f"{reason} (BDG_REQUIRE_POSTGRES is set)")
        pytest.skip(reason)
    with Cluster(home) as running:
        yield running


@pytest.fixture
def password(monkeypatch, tmp_path):
    """The reader's password where libpq looks for it, and no other settings of libpq."""
    for name in [name for name in os.environ if name.startswith("PG")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "no.pgpass"))
    monkeypatch.setenv("PGPASSWORD", READER_PASSWORD)
