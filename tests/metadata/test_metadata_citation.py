"""Citations as text, BibTeX and CSL-JSON."""

import pytest

from bdg_explore.errors import MetadataError
from bdg_explore.metadata import Citation, bibtex, citation_text, csl_json
from bdg_explore.metadata.citation import Author, parse_authors

SEVERSON = Citation(
    title="Data-driven prediction of battery cycle life before capacity degradation",
    authors="Severson, Attia, Jin et al.",
    journal="Nature Energy 4, 383-391",
    year=2019,
    doi="10.1038/s41560-019-0356-8",
)


def test_one_line_of_text():
    assert citation_text(SEVERSON, data_doi="10.5281/zenodo.1") == (
        "Severson, Attia, Jin et al. Data-driven prediction of battery cycle life before capacity "
        "degradation. Nature Energy 4, 383-391. 2019. https://doi.org/10.1038/s41560-019-0356-8 "
        "Data: https://doi.org/10.5281/zenodo.1"
    )
    assert citation_text(Citation()) == ""


def test_bibtex():
    assert bibtex(SEVERSON) == (
        "@article{severson2019datadriven,\n"
        "  author = {Severson and Attia and Jin and others},\n"
        "  title = {{Data-driven prediction of battery cycle life before capacity degradation}},\n"
        "  journal = {Nature Energy},\n"
        "  volume = {4},\n"
        "  pages = {383--391},\n"
        "  year = {2019},\n"
        "  doi = {10.1038/s41560-019-0356-8},\n"
        "}\n"
    )


def test_bibtex_escapes_what_tex_would_run():
    hostile = Citation(title=r"50 % & {x}_1 \input{/etc/passwd}", authors="Müller, Ø.; Team # 1")
    told = bibtex(hostile, key="k")
    assert r"\% \& \{x\}\_1 \textbackslash{}input\{/etc/passwd\}" in told
    assert r"author = {Müller, Ø. and {Team \# 1}}" in told
    assert told.startswith("@misc{k,")


def test_csl_json():
    assert csl_json(SEVERSON) == {
        "id": "severson2019datadriven",
        "type": "article-journal",
        "title": SEVERSON.title,
        "author": [{"family": "Severson"}, {"family": "Attia"}, {"family": "Jin"}],
        "container-title": "Nature Energy",
        "volume": "4",
        "page": "383-391",
        "issued": {"date-parts": [[2019]]},
        "DOI": SEVERSON.doi,
    }
    assert csl_json(Citation(title="t"))["type"] == "dataset"


@pytest.mark.parametrize(
    ("line", "people"),
    [
        ("Saha, Goebel", [Author("Saha"), Author("Goebel")]),
        ("Severson, K. A., Attia, P.", [Author("Severson", "K. A."), Author("Attia", "P.")]),
        ("Ada Lovelace; Volta, A.", [Author("Lovelace", "Ada"), Author("Volta", "A.")]),
        ("Ada Lovelace and Alan Turing", [Author("Lovelace", "Ada"), Author("Turing", "Alan")]),
        ("bdg-explore contributors", [Author("bdg-explore contributors", is_body=True)]),
        ("DLR, HYDRA project", [Author("DLR"), Author("HYDRA project", is_body=True)]),
        ("Zhu, Wang, Huang et al.", [Author("Zhu"), Author("Wang"), Author("Huang")]),
        ("", []),
    ],
)
def test_authors(line, people):
    assert list(parse_authors(line)) == people


def test_nothing_to_cite_is_an_error():
    for write in (bibtex, csl_json):
        with pytest.raises(MetadataError, match="Nothing is known to cite"):
            write(Citation())
        assert write(Citation(), data_doi="10.1/x")
