"""Is a table sound: findings, metrics, a score; repairs only on request, logged and reversible."""

from ._registry import rules
from .checking import check
from .fingerprints import Fingerprint, fingerprint
from .repair_log import RepairLog
from .repairs import repair, repairs
from .report import Finding, QualityReport
from .settings import Settings
from .sign import require_sign, sign_votes
from .votes import SignVotes

__all__ = [
    "Finding",
    "Fingerprint",
    "QualityReport",
    "RepairLog",
    "Settings",
    "SignVotes",
    "check",
    "fingerprint",
    "repair",
    "repairs",
    "require_sign",
    "rules",
    "sign_votes",
]
