"""Records at repositories: their interfaces, spoken by a server of our own."""

import hashlib
import json
from functools import partial
from pathlib import Path

import pytest

from bdg_explore.cli import main
from bdg_explore.errors import FetchError, OfflineError
from bdg_explore.hubs.catalogs import datasets_in
from bdg_explore.hubs.collection import Hubs
from bdg_explore.hubs.download.placing import safe_name
from bdg_explore.hubs.repositories import (
    Found,
    RecordFile,
    ckan,
    dataverse,
    figshare,
    lookup,
    mendeley,
    osf,
    zenodo,
)  # fmt: skip
from bdg_explore.hubs.repositories._record import checksums, licence_of

record_of = partial(lookup.record_of, private_hosts=None)  # the server is on this machine
BODY = b"cell,voltage\na,3.6\n"
MD5 = hashlib.md5(BODY, usedforsecurity=False).hexdigest()
SHA = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def server(server, monkeypatch):
    for module in (zenodo, figshare, mendeley, osf):
        monkeypatch.setattr(module, "API", server.url(""))
    monkeypatch.setattr(lookup, "DOI_SERVER", server.url(""))
    monkeypatch.setattr(dataverse, "SERVERS", {"10.5683": server.url("")})
    monkeypatch.setattr(ckan, "HOSTS", ("127.0.0.1",))
    return server


def speak(server, path: str, told: object) -> None:
    server.add(path, json.dumps(told).encode(), headers={"Content-Type": "application/json"})


def zenodo_record(server, **changes):
    told = {
        "id": 6405084, "conceptrecid": "6405083", "title": "EIS of cells",
        "metadata": {"title": "EIS of cells", "access_right": "open",
                     "license": {"id": "cc-by-4.0"}},
        "files": [
            {"id": "1", "key": "EIS 25C.csv", "size": len(BODY), "checksum": f"md5:{MD5}",
             "links": {"self": server.url("/api/records/6405084/files/EIS%2025C.csv/content")}},
            {"id": "2", "key": "readme.txt", "size": 5, "checksum": "md5:" + "0" * 32,
             "links": {"self": server.url("/api/records/6405084/files/readme.txt/content")}},
        ],
    }  # fmt: skip
    server.add("/api/records/6405084/files/EIS%2025C.csv/content", BODY)
    speak(server, "/api/records/6405084", told | changes)


REFERENCES = [
    "10.5281/zenodo.6405084",
    "doi:10.5281/ZENODO.6405084",
    "https://doi.org/10.5281/zenodo.6405084",
    "https://zenodo.org/records/6405084",
    "https://zenodo.org/record/6405084#.YnVq",
]


@pytest.mark.parametrize("reference", REFERENCES)
def test_zenodo(reference, server):
    zenodo_record(server)
    found = record_of(reference)
    assert (found.title, found.licence) == ("EIS of cells", "CC-BY-4.0")
    assert found.files[0] == RecordFile(
        "EIS 25C.csv",
        server.url("/api/records/6405084/files/EIS%2025C.csv/content"),
        len(BODY),
        md5=MD5,
    )
    assert [one.path for one in server.asked] == ["/api/records/6405084"]


def test_zenodos_number_of_all_versions_leads_to_the_newest(server):
    zenodo_record(server)
    server.add("/api/records/6405083", b"", redirect=server.url("/api/records/6405084"))
    assert record_of("10.5281/zenodo.6405083").landing_url.endswith("/records/6405084")


def test_zenodo_as_other_servers_of_its_kind_speak(server):
    files = [{"id": "1", "filename": "a b.csv", "filesize": 7, "checksum": MD5}]
    zenodo_record(server, files=files)
    (file,) = record_of("10.5281/zenodo.6405084").files
    assert file.url == server.url("/records/6405084/files/a%20b.csv?download=1")
    assert (file.size, file.md5) == (7, MD5)


@pytest.mark.parametrize(
    ("reference", "version"),
    [
        ("10.6084/m9.figshare.25975315.v1", 1),
        ("10.6084/m9.figshare.25975315", 3),
        ("https://figshare.com/articles/dataset/Cells/25975315/1", 1),
        ("https://iastate.figshare.com/articles/dataset/Cells/25975315", 3),
    ],
)
def test_figshare(reference, version, server):
    article = "/v2/articles/25975315"
    told = {
        "title": "Cells", "version": version, "figshare_url": "https://figshare.com/x",
        "license": {"value": 1, "name": "CC BY 4.0",
                    "url": "https://creativecommons.org/licenses/by/4.0/"},
    }  # fmt: skip
    speak(server, article, told)
    speak(server, f"{article}/versions/{version}", told)
    pages = [
        [{"id": i, "name": f"{i}.csv", "size": i, "is_link_only": i == 3,
          "download_url": f"https://ndownloader.figshare.com/files/{i}",
          "computed_md5": MD5, "supplied_md5": ""} for i in part]
        for part in (range(100), range(100, 107))
    ]  # fmt: skip
    for number, page in enumerate(pages, 1):
        path = f"{article}/versions/{version}/files?page={number}&page_size=100"
        speak(server, path, page)
    found = record_of(reference)
    assert found.licence == "CC-BY-4.0"
    assert len(found.files) == 106  # one is a link to somewhere else
    assert found.files[-1] == RecordFile(
        "106.csv", "https://ndownloader.figshare.com/files/106", 106, md5=MD5
    )


def test_a_doi_of_a_university_leads_to_its_repository(server):
    handle = {"responseCode": 1, "values": [
        {"index": 1, "type": "URL", "data": {
            "format": "string",
            "value": "https://kilthub.cmu.edu/articles/dataset/eVTOL/14226830/2"}},
    ]}  # fmt: skip
    speak(server, "/api/handles/10.1184/R1/14226830", handle)
    speak(
        server, "/v2/articles/14226830/versions/2", {"title": "eVTOL", "license": {"name": "CC0"}}
    )
    speak(server, "/v2/articles/14226830/versions/2/files", [])
    assert record_of("10.1184/R1/14226830") == Found(
        server.url("/v2/articles/14226830"), "eVTOL", "CC0-1.0", ()
    )


def test_dataverse(server):
    told = {"status": "OK", "data": {
        "id": 1, "persistentUrl": "https://doi.org/10.5683/SP3/UYPYDJ",
        "latestVersion": {
            "license": {"name": "CC0 1.0",
                        "uri": "http://creativecommons.org/publicdomain/zero/1.0"},
            "metadataBlocks": {"citation": {"fields": [{"typeName": "title", "value": "Packs"}]}},
            "files": [
                {"label": "a.zip", "directoryLabel": "raw/2020", "restricted": False,
                 "dataFile": {"id": 11, "filename": "a.zip", "filesize": len(BODY), "md5": MD5,
                              "checksum": {"type": "MD5", "value": MD5}}},
                {"label": "b.tab", "restricted": False,
                 "dataFile": {"id": 12, "filename": "b.tab", "filesize": 99,
                              "originalFileFormat": "text/csv", "originalFileName": "b.csv",
                              "originalFileSize": 50,
                              "checksum": {"type": "SHA-256", "value": SHA}}},
                {"label": "c.txt", "dataFile": {"id": 13, "filename": "c.txt", "filesize": 1,
                                                "checksum": {"type": "SHA-1", "value": "ab"}}},
            ],
        }}}  # fmt: skip
    speak(server, "/api/datasets/:persistentId/", told)
    page = server.url("/dataset.xhtml?persistentId=doi:10.5683/SP3/UYPYDJ")
    for reference in ("10.5683/SP3/UYPYDJ", page):
        found = record_of(reference)
        assert (found.title, found.licence) == ("Packs", "CC0-1.0")
        base = server.url("/api/access/datafile")
        assert found.files == (
            RecordFile("raw/2020/a.zip", f"{base}/11", len(BODY), md5=MD5),
            RecordFile("b.csv", f"{base}/12?format=original", 50, sha256=SHA),
            RecordFile("c.txt", f"{base}/13", 1),
        )
    assert "persistentId=doi:10.5683/SP3/UYPYDJ" in server.asked[0].path


@pytest.mark.parametrize("kind", ["nodes", "registrations"])
def test_osf_enters_folders_and_turns_pages(kind, server):
    speak(server, f"/v2/{kind}/2w4k3/", {"data": {
        "attributes": {"title": "Drive cycles"},
        "embeds": {"license": {"data": {
            "attributes": {"name": "CC-By Attribution 4.0 International"}}}}}})  # fmt: skip
    top = f"/v2/{kind}/2w4k3/files/osfstorage/"

    def file(name, folder="/"):
        return {
            "attributes": {"kind": "file", "name": name, "materialized_path": folder + name,
                           "size": len(BODY), "extra": {"hashes": {"md5": MD5, "sha256": SHA}}},
            "links": {"download": f"https://osf.io/download/{name}/"},
        }  # fmt: skip

    folder = {
        "attributes": {"kind": "folder", "name": "raw"},
        "relationships": {"files": {"links": {"related": {"href": server.url(top + "9/")}}}},
    }
    speak(server, top, {"data": [folder, file("a.csv")],
                        "links": {"next": server.url(top + "?page=2")}})  # fmt: skip
    speak(server, top + "?page=2", {"data": [file("b.csv")], "links": {"next": None}})
    speak(server, top + "9/", {"data": [file("c.csv", "/raw/"), folder], "links": {}})  # a circle
    found = record_of("10.17605/OSF.IO/2W4K3")
    assert (found.title, found.licence) == ("Drive cycles", "CC-BY-4.0")
    assert sorted(one.name for one in found.files) == ["a.csv", "b.csv", "raw/c.csv"]
    assert found.files[0].sha256 == SHA and found.files[0].size == len(BODY)
    assert record_of("https://osf.io/2w4k3/") == found


@pytest.mark.parametrize(
    ("reference", "page"),
    [("10.17632/kw34hhw7xg.3", "kw34hhw7xg/3"),
     ("https://data.mendeley.com/datasets/kw34hhw7xg", "kw34hhw7xg/4")],
)  # fmt: skip
def test_mendeley(reference, page, server):
    file = {
        "filename": "P1.csv",
        "size": 1,
        "id": "x",
        "content_details": {
            "sha256_hash": SHA,
            "size": len(BODY),
            "download_url": "https://data.mendeley.com/f/x",
        },
    }
    speak(server, "/public-api/datasets/kw34hhw7xg", {
        "name": "Panasonic", "version": 4, "files": [file],
        "data_licence": {"short_name": "CC BY 4.0"}})  # fmt: skip
    path = "/public-api/datasets/kw34hhw7xg/files?folder_id=root&version=3"
    speak(server, path, [file])
    found = record_of(reference)
    assert found.landing_url == server.url(f"/datasets/{page}")
    assert (found.title, found.licence) == ("Panasonic", "CC-BY-4.0")
    assert found.files == (RecordFile("P1.csv", "https://data.mendeley.com/f/x", len(BODY), SHA),)
    assert (server.asked[-1].path == path) == page.endswith("/3")


def test_ckan(server):
    resources = [
        {"name": "Batteries 1", "url": "https://h.example/B1.zip", "size": "12", "format": "ZIP",
         "hash": MD5},
        {"name": "Site", "url": "https://h.example/", "format": "HTML", "size": None},
    ]  # fmt: skip
    told = {
        "success": True,
        "result": {
            "title": "Li-ion",
            "license_id": "cc-by",
            "license_url": None,
            "resources": resources,
        },
    }
    speak(server, "/api/3/action/package_show?id=li-ion-aging", told)
    found = record_of(server.url("/dataset/li-ion-aging"))
    assert (found.title, found.licence) == ("Li-ion", None)  # of which version it is is not said
    assert found.files == (RecordFile("B1.zip", "https://h.example/B1.zip", 12, md5=MD5),)


# ---- what is none, and what goes wrong


@pytest.mark.parametrize("reference", ["https://h.example/x", "10.1016/j.joule.2021.09.015", "no"])
def test_other_references_are_none(reference, server):
    assert record_of(reference) is None


@pytest.mark.parametrize("told", [b"<html>", b"{}", b"[]", b"null", b'{"metadata": 3}'])
def test_strange_answers_are_told(told, server):
    server.add("/api/datasets/:persistentId/", told)
    with pytest.raises(FetchError, match=r"does not answer as|something else than JSON"):
        record_of("10.5683/SP3/UYPYDJ")


def test_a_repository_that_is_busy_is_asked_again(server):
    zenodo_record(server)
    server.files["/api/records/6405084"].answers = [429, 500, 503]
    assert len(record_of("10.5281/zenodo.6405084").files) == 2
    server.files["/api/records/6405084"].answers = [404]
    with pytest.raises(FetchError, match="is not there"):
        record_of("10.5281/zenodo.6405084")


@pytest.mark.parametrize(
    ("told", "spdx"),
    [("cc-by-4.0", "CC-BY-4.0"), ("CC BY-NC-SA 4.0", "CC-BY-NC-SA-4.0"), ("cc0", "CC0-1.0"),
     ("CC0 1.0", "CC0-1.0"), ("MIT", "MIT"), ("mit", "MIT"), ("cc-zero", None), ("", None),
     (None, None), ("https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0"),
     ("other-open", None), ("CC BY", None)],
)  # fmt: skip
def test_licences_however_they_are_spelt(told, spdx):
    assert licence_of(told) == spdx


def test_checksums_of_other_kinds_are_no_checksum():
    assert checksums("sha1:ab") == checksums("md5:xyz") == checksums(None) == {}
    assert checksums(f"MD5:{MD5.upper()}") == {"md5": MD5}


# ---- a data set whose entry names a record and no file


@pytest.fixture
def recorded(lab, entry, server):
    zenodo_record(server)
    entry["args"] = {}
    entry["metadata"] |= {"doi": "10.5281/zenodo.6405084", "licence": "unknown"}
    return Hubs(datasets_in(lab()))


def test_its_record_is_shown_first_and_chosen_from(recorded, server, tmp_path, capsys):
    line = ["fetch", "lab-2026", "--catalog", str(tmp_path / "my_lab")]
    assert main(line) == 0
    text = capsys.readouterr().out
    assert "EIS 25C.csv" in text and "readme.txt" in text and "--files" in text
    assert "licence   CC-BY-4.0" in text  # the record says what the entry did not know
    assert not any(one.path.endswith("/content") for one in server.asked if one.sent)
    assert main([*line, "--files", "EIS*"]) == 0
    assert "1 fetched" in capsys.readouterr().out
    out = tmp_path / "out"
    assert main([*line, "--files", "EIS*", "--to", str(out)]) == 0
    assert (out / "EIS 25C.csv").read_bytes() == BODY
    assert sorted(path.name for path in out.iterdir()) == ["EIS 25C.csv", "LICENCE-lab-2026.txt"]
    assert main([*line, "--files", "EIS*", "--to", str(out)]) == 0  # it is there: nothing to do
    (out / "EIS 25C.csv").unlink()  # the file in the cache is a link of its own
    (out / "EIS 25C.csv").write_bytes(b"mine")
    assert main([*line, "--files", "EIS*", "--to", str(out)]) == 1
    assert "is another file" in capsys.readouterr().err
    found = recorded.fetch("lab-2026", files=["EIS*"])
    assert [Path(path).read_bytes() for path in found["path"]] == [BODY]
    note = (tmp_path / "cache" / "LICENCE-lab-2026.txt").read_text()
    assert "Licence: CC-BY-4.0" in note


@pytest.mark.parametrize(
    ("name", "safe"),
    [("../../etc/passwd", "etc/passwd"), ("/a/b.csv", "a/b.csv"), ("a\\..\\b", "a_.._b"),
     ("..", "file"), ("", "file"), ("raw/a b.csv", "raw/a b.csv"), ("C:x", "C_x")],
)  # fmt: skip
def test_names_of_records_stay_inside_the_folder(name, safe):
    assert str(safe_name(name)) == safe


def test_a_record_that_states_no_licence_needs_a_yes(recorded, server):
    zenodo_record(server, metadata={"title": "x"})
    with pytest.raises(FetchError, match="nobody has stated its licence"):
        recorded.fetch("lab-2026")


def test_offline_its_record_cannot_be_looked_up(recorded, monkeypatch):
    recorded.fetch("lab-2026", files=["EIS*"])
    monkeypatch.setenv("BDG_OFFLINE", "1")
    with pytest.raises(OfflineError, match=r"looked up now; here from before: .*EIS 25C\.csv\."):
        recorded.fetch("lab-2026")
