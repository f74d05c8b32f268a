"""Records at repositories: from a DOI or a landing page to files with name, size and checksum.

Each module of this folder speaks one repository's published interface. pooch knows three of them
(Zenodo, figshare under its own name, Dataverse), but tells neither size nor licence, which have to
be seen before anything is fetched; so the questions are asked here.
"""

from ._record import Found, RecordFile
from .lookup import record_of

__all__ = ["Found", "RecordFile", "record_of"]
