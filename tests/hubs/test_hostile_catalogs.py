"""Catalogs that mean harm: nothing runs, nothing is read outside, nobody is asked, memory holds."""

import json
import socket
import time
import tracemalloc

import pytest
import yaml
from conftest_server import FileServer

from bdg_explore.errors import BdgError, CatalogError, FetchError
from bdg_explore.hubs import Hubs, open_hubs
from bdg_explore.hubs.catalogs import datasets_in, records_in, records_of
from bdg_explore.hubs.coverage import overview
from bdg_explore.hubs.fetching.fetch import fetch
from bdg_explore.hubs.places import Place

SECRET = "what nobody outside may see"  # noqa: S105
HEAD = "metadata: {version: 1, hub: {id: foe}}\nsources:\n"
ENTRY = """  bad:
    driver: bdg_dataset
    args: {tables: {cycles: {url: %s, format: csv, cells: [a]}}}
    metadata: {segment: full_cell, kind: experimental, access: open, licence: MIT}
"""


@pytest.fixture(autouse=True)
def _in_time(monkeypatch, tmp_path):
    """Ten seconds for whatever a catalog says; and secrets that it may be after."""
    monkeypatch.setenv("SECRET", SECRET)
    (tmp_path / "secret.csv").write_text(f"cell,cycle_count\n{SECRET},1\n")
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < 10
    assert not (tmp_path / "was here").exists()


@pytest.fixture
def little_memory():
    """300 MB for whatever a catalog says."""
    tracemalloc.start()
    yield
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 300e6


@pytest.fixture
def catalog(tmp_path):
    """Return a function that writes a catalog and returns its path."""

    def write(text, name="catalog.yaml"):
        path = tmp_path / "foe" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def refused(path):
    with pytest.raises(CatalogError) as caught:
        Hubs(records_in(path))
    text = str(caught.value)
    assert SECRET not in text
    assert len(text) < 2000
    return text


# --- what YAML itself can do ----------------------------------------------------------------------

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("!!python/object/apply:os.system ['touch \"was here\"']", "asks for an object"),
        ("a: !!python/name:os.system", "asks for an object"),
        ("a: !!python/object/new:subprocess.Popen [[touch, was here]]", "asks for an object"),
        ("a: !!binary aGVsbG8=", "asks for an object"),
        (BOMB, "more than 400000 values"),
        ("a: &a {b: *a}", "stands for nothing, or for itself"),
        ("a: &a [*a]", "stands for nothing, or for itself"),
        ("[" * 100_000 + "]" * 100_000, "nested more than 32 deep"),
        ("{a: " * 100_000, "nested more than 32 deep"),
        ("a: &a [[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]\nb: [[[[[[[[[[[[*a]]]]]]]]]]]]", "deep"),
        ("sources: {}\nsources: {}", "the key 'sources' stands there twice"),
        ("<<: {a: 1}", "<<: is not filled in"),
        ("? [a, b]\n: c", "a key must be a word"),
        ("sources: {}\n--- \nsources: {}", "a second document"),
        ("a: b\0c", "cannot be parsed"),
        ('a: "b\\0c"', "cannot be seen"),
        ('a: "gpj.\\u202Exe"', "cannot be seen"),
        ('a: "\\uD800"', "cannot be"),
        ("a: " + "9" * 100_000, "has 100000 characters"),
        ("a: 2020-99-99", "is no timestamp"),
        (b"\xff\xfe\xfa", "cannot be parsed"),
        (b"sources: {a: \xc3\x28}", "cannot be parsed"),
        ("sources: [a, b]", "needs a key sources"),
        ("sources: {a: [1]}", "must be a mapping with driver"),
        ("metadata: [1]\nsources: {}", "metadata: must be a mapping"),
        ("metadata: {hub: mine}\nsources: {}", "must be a mapping with id"),
        ("metadata: {hub: {id: ../../etc}}\nsources: {}", "cannot be an id"),
    ],
)
@pytest.mark.usefixtures("little_memory")
def test_yaml_that_is_no_plain_data_is_refused(catalog, text, said):
    assert said in refused(catalog(text))


@pytest.mark.usefixtures("little_memory")
def test_a_catalog_of_fifty_megabytes_is_not_even_read(catalog):
    path = catalog("sources: {}\n# " + "x" * 50_000_000)
    assert "larger than 8 MB" in refused(path)


def test_as_much_as_a_catalog_may_say_is_said_in_time(catalog):
    path = catalog("sources:\n" + "".join(f"  {i}: [{'a, ' * 50}]\n" for i in range(20_000)))
    assert "more than 400000 values" in refused(path)


# --- paths and addresses --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "../secret.csv",
        "../../../../../../etc/passwd",
        "/etc/passwd",
        "//etc/passwd",
        "{{ CATALOG_DIR }}/../secret.csv",
        "{{CATALOG_DIR}}/../secret.csv",
        "x/{{ CATALOG_DIR }}/y",
        "{{ env(SECRET) }}",
        "{{ env('SECRET') }}/x.csv",
        "{{ shell('touch \"was here\"') }}",
        "{{ client_shell(id) }}",
        "{% for a in ''.__class__.__mro__ %}{% endfor %}",
        "{# {{ x }} #}",
        "file:///etc/passwd",
        "FILE:///etc/passwd",
        "File:/etc/passwd",
        "file://localhost/etc/passwd",
        "C:\\Windows\\win.ini",
        "C:/Windows/win.ini",
        "..\\..\\secret.csv",
        "\\\\server\\share\\x.csv",
        "~/.ssh/id_rsa",
        "~root/x.csv",
        "javascript:alert(1)",
        "data:text/csv,a",
        "ftp://host.org/x.csv",
        "gopher://127.0.0.1:6379/_x",
        "ssh://host.org/x",
        "github://x:y@z/q.csv",
        "zip://a.csv::file:///etc/secret.zip",
        "simplecache::file:///etc/passwd",
        "s3://bucket/x::file:///etc/passwd",
        "memory://x.csv",
        "jdbc:sqlite:/etc/passwd",
        "https://user:password@host.org/x.csv",
        "https://zenodo.org@evil.org/x.csv",
        "https://zenodo.org\\@evil.org/x.csv",
        "https://",
        "https:///etc/passwd",
        "https://[::1/x.csv",
        "https://host.org:99999999/x.csv",
        "https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/x.csv",
        "https://１２７.0.0.1/x.csv",
        "a" * 5000,
        "a\0b",
        "a\nb",
    ],
)
def test_no_reference_leads_out_or_runs_anything(catalog, url):
    said = refused(catalog(HEAD + ENTRY % json.dumps(url)))
    assert "bad" in said or "cannot be seen" in said


INSIDE = [
    "http://127.0.0.1/x", "http://127.1/x", "http://2130706433/x", "http://0x7f.1/x",
    "http://017700000001/x", "http://0/x", "http://[::1]/x", "http://[::ffff:127.0.0.1]/x",
    "http://[64:ff9b::7f00:1]/x", "http://[2002:7f00:1::]/x", "http://localhost/x",
    "http://LOCALHOST./x", "http://a.localhost/x", "http://169.254.169.254/latest/meta-data/",
    "http://metadata.google.internal/x", "http://100.100.100.200/x", "http://[fd00:ec2::254]/x",
    "http://[fe80::1]/x", "http://10.1.2.3/x", "http://192.168.1.1/x", "http://172.16.0.1/x",
    "HTTP://127.0.0.1/x", "http://router/x", "http://printer.local/x", "http://224.0.0.1/x",
    "http://255.255.255.255/x",
]  # fmt: skip


@pytest.mark.parametrize("url", INSIDE)
def test_only_a_users_own_catalog_names_hosts_off_the_internet(url):
    foreign = Place("https://evil.org/c.yaml", "https://evil.org/", frozenset())
    with pytest.raises(CatalogError, match="not on the public internet"):
        foreign.resolve(url, "here")
    own = Place("/home/me/c.yaml", "/home/me")
    assert own.resolve(url, "here") == url


def test_public_hosts_may_be_named_by_anyone():
    foreign = Place("https://evil.org/c.yaml", "https://evil.org/", frozenset())
    for url in ("https://zenodo.org/x", "http://8.8.8.8/x", "s3://bucket/x", "HTTPS://OSF.io/x"):
        assert foreign.resolve(url, "here") == url


@pytest.mark.parametrize(
    "text",
    ["../x", "/x", "//evil.org/x", "%2e%2e/x", "a/%2E%2E/%2e%2e/x", "%252e%252e/x", "..%2fx",
     "https://evil.org/lab/../x", "a/..%5c..%5cx"],
)  # fmt: skip
def test_a_web_catalog_keeps_to_its_folder_however_the_dots_are_written(text):
    place = Place("https://evil.org/lab/c.yaml", "https://evil.org/lab/", frozenset())
    with pytest.raises(CatalogError, match="leads out of"):
        place.resolve(text, "here")


def test_a_web_catalog_names_no_file_of_this_machine():
    place = Place("https://evil.org/lab/c.yaml", "https://evil.org/lab/", frozenset())
    assert place.resolve("~/x.csv", "here") == "https://evil.org/lab/~/x.csv"
    with pytest.raises(CatalogError, match="uses file:"):
        place.resolve("file:///etc/passwd", "here")


def test_links_lead_nowhere(catalog, tmp_path):
    path = catalog(HEAD + ENTRY % "'{{ CATALOG_DIR }}/{cell}.csv'")
    (path.parent / "a.csv").symlink_to(tmp_path / "secret.csv")
    hubs = open_hubs(path)
    with pytest.raises(BdgError, match="leads out of") as caught:
        hubs.cycles("bad/a")
    assert SECRET not in str(caught.value)
    (path.parent / "folder").symlink_to(tmp_path)
    assert "leads out of" in refused(catalog(HEAD + ENTRY % "folder/secret.csv"))
    (path.parent / "loop.csv").symlink_to("loop.csv")
    refused(catalog(HEAD + ENTRY % "loop.csv"))


# --- who is asked ---------------------------------------------------------------------------------


def web_entry(url):
    return (HEAD + ENTRY % f'"{url}"').encode()


def test_opening_a_catalog_asks_nobody_for_its_files(catalog):
    with FileServer() as server:
        server.add("/x.csv", b"a")
        path = catalog(HEAD + ENTRY % f'"{server.url("/x.csv")}"')
        open_hubs(path)
        assert server.asked == []


def test_a_catalog_from_the_web_cannot_make_this_machine_ask_itself(monkeypatch):
    """The catalog's own private host may be asked, another port of the same machine may not."""
    with FileServer() as host, FileServer() as victim:
        victim.add("/x.csv", b"secret")
        host.add("/own.yaml", web_entry(host.url("/x.csv")))
        assert len(list(datasets_in(host.url("/own.yaml")))) == 1
        host.add("/foe.yaml", web_entry(victim.url("/x.csv")))
        with pytest.raises(CatalogError, match="not on the public internet"):
            list(datasets_in(host.url("/foe.yaml")))
        # filled in later
        host.add("/cell.yaml", web_entry("http://{cell}/x.csv").replace(
            b"[a]", f"[{victim.url('/').split('/')[2]!r}]".encode()))  # fmt: skip
        with pytest.raises(CatalogError, match=r"not on the public internet|no plain address"):
            list(datasets_in(host.url("/cell.yaml")))
        # nested
        nested = f"sources: {{n: {{driver: yaml_file_cat, args: {{path: '{victim.url('/c')}'}}}}}}"
        host.add("/nested.yaml", nested.encode())
        with pytest.raises(CatalogError, match="not on the public internet"):
            list(datasets_in(host.url("/nested.yaml")))
        assert victim.asked == []


def test_a_redirect_inside_is_not_followed():
    with FileServer() as host, FileServer() as victim:
        victim.add("/x.csv", b"secret")
        moved = host.add("/x.csv", b"")
        moved.redirect = victim.url("/x.csv")
        host.add("/c.yaml", web_entry(host.url("/x.csv")))
        hubs = open_hubs(host.url("/c.yaml"))
        with pytest.raises(BdgError, match="not on the public internet"):
            hubs.cycles("bad/a")
        assert victim.asked == []


def test_a_public_name_that_leads_inside_is_not_asked(monkeypatch, tmp_path):
    """Whatever a name server says: the address is looked at before anything is sent."""
    look_up = socket.getaddrinfo

    def lie(host, *more, **named):
        return look_up("127.0.0.1" if host == "files.example.org" else host, *more, **named)

    with FileServer() as victim:
        victim.add("/x.csv", b"secret")
        monkeypatch.setattr(socket, "getaddrinfo", lie)
        url = victim.url("/x.csv").replace("127.0.0.1", "files.example.org")
        with pytest.raises(FetchError, match=r"it leads to 127\.0\.0\.1"):
            fetch(url, private_hosts=frozenset())
        assert victim.asked == []
        assert fetch(url).read_bytes() == b"secret"  # a user's own address


def test_a_large_catalog_on_the_web_is_given_up(monkeypatch):
    with FileServer() as host:
        host.add("/c.yaml", b"#" * 9_000_000)
        with pytest.raises(CatalogError, match="larger than 8 MB"):
            list(datasets_in(host.url("/c.yaml")))


# --- catalogs in catalogs -------------------------------------------------------------------------


def nest(*paths):
    lines = [
        f"  n{i}: {{driver: yaml_file_cat, args: {{path: {p!r}}}}}" for i, p in enumerate(paths)
    ]
    return "sources:\n" + "\n".join(lines)


def test_catalogs_that_hold_each_other_end(catalog):
    catalog(nest("catalog.yaml"), "other.yaml")
    told = refused(catalog(nest("other.yaml", *["catalog.yaml"] * 50)))
    assert "nested in itself, or named twice" in told


def test_catalogs_by_the_thousand_end(catalog):
    for i in range(600):
        catalog("sources: {}", f"{i}.yaml")
    assert "more than 500" in refused(catalog(nest(*[f"{i}.yaml" for i in range(600)])))


def test_a_nested_catalog_reaches_no_farther(catalog, tmp_path):
    assert "leads out of" in refused(catalog(nest("../x.yaml")))
    assert "uses a template" in refused(catalog(nest("{{ env(HOME) }}/x.yaml")))
    text = "sources: {n: {driver: yaml_file_cat, args: {path: [1]}}}"
    assert "must name" in refused(catalog(text))


@pytest.mark.parametrize(
    "driver",
    ["csv", "intake.source.csv.CSVSource", "os.system", "ndzarr", "[1]", "null", "bdg_table"],
)
def test_no_driver_but_ours_is_known(catalog, driver):
    text = HEAD + (ENTRY % "x.csv").replace("bdg_dataset", driver)
    assert "no driver is called" in refused(catalog(text))


# --- wrong types ----------------------------------------------------------------------------------

ODD = [None, True, 0, -1, 10**30, 1e308, "", "x" * 30_000, [], [1], [[1]], [None], {}, {"a": 1},
       {"a": {"b": [1]}}, "<script>alert(1)</script>", "=1+1", "../x"]  # fmt: skip
FULL = {
    "driver": "bdg_dataset",
    "description": "x",
    "args": {
        "cells": None,
        "tables": {
            "cycles": {
                "url": "x.csv", "path": None, "files": None, "format": "csv", "rename": {"a": "b"},
                "cells": ["a"], "grid": {"voltage_volt": {"start": 1, "stop": 2, "num": 3}},
                "scale": {"voltage_volt": 1.0}, "sha256": "0" * 64, "bytes": 1, "note": "x",
            },
            "curves": {"files": [{"url": "x.csv", "cell": "a", "sha256": "0" * 64, "bytes": 1,
                                  "name": "x"}], "format": "csv"},
        },
        "downloads": [{"name": "x", "url": "https://host.org/x", "bytes": 1, "sha256": "0" * 64,
                       "layout": "x", "md5": "0" * 32, "note": "x"}],
    },
    "metadata": {
        "hub": "foe", "title": "x", "segment": "full_cell", "kind": "experimental",
        "licence": "MIT", "access": "open", "cells_stated": 1,
        "citation": {"title": "x", "authors": "x", "journal": "x", "year": 2020,
                     "doi": "10.1234/x"},
        "doi": "10.1234/x", "landing_url": "https://host.org/x",
        "primary": {"objective_of_test": "cycle_aging", "anode_chemistry": "graphite",
                    "cathode_chemistry": "LFP", "nominal_capacity_ah": 1.0, "test_equipment": "x",
                    "contact_details": "x"},
        "secondary": {"cell_model": "x", "minimum_voltage_volt": 1.0},
        "unverified": ["x"], "notes": "x", "how_to_get": "x", "counted": {"tests": 1},
        "also_in": ["x"], "siblings": ["x"],
    },
}  # fmt: skip


def _paths(value, path=()):
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(
        value, list) else ()  # fmt: skip
    for key, one in inner:
        yield from _paths(one, (*path, key))


def _with(value, path, odd):
    if not path:
        return odd
    copy = value.copy()
    copy[path[0]] = _with(value[path[0]], path[1:], odd)
    return copy


def test_the_entry_that_is_bent_below_is_straight(catalog):
    assert len(open_hubs(catalog(yaml.safe_dump({"sources": {"bad": FULL}}))).datasets)


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:20])
def test_a_value_of_a_wrong_kind_is_told_or_taken_as_text(odd, tmp_path):
    place = Place(str(tmp_path / "catalog.yaml"), str(tmp_path))
    taken = told = 0
    for path in _paths(FULL):
        bent = _with(FULL, path, odd)
        try:
            hubs = Hubs(records_of({"sources": {"bad": bent}}, place))
            assert len(hubs.datasets) == len(hubs.hubs) == 1
            assert len(hubs.cells) >= 0
            assert len(overview(hubs)) == 1
            taken += 1
        except CatalogError as error:
            assert len(str(error)) < 2000
            told += 1
    assert taken + told == len(list(_paths(FULL)))
    assert told > 10
