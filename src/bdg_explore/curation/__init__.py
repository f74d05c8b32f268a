"""Is a table sound: findings, metrics, a score; repairs only on request, logged and reversible."""

from ._registry import rules
from .checking import check
from .fingerprints import Fingerprint, fingerprint
from .report import Finding, QualityReport
from .settings import Settings
from .sign import require_sign, sign_votes
from .votes import SignVotes

__all__ = [
    "Finding",
    "Fingerprint",
    "QualityReport",
    "Settings",
    "SignVotes",
    "check",
    "fingerprint",
    "require_sign",
    "rules",
    "sign_votes",
]
