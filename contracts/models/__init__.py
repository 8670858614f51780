from contracts.models.chasing import Digest, Notice, Rung, Wishes
from contracts.models.commitment import Commitment
from contracts.models.contract import Clause, Contract, Removal, Shoes, Signature, Version
from contracts.models.keeping import Dependency, Fact, Occurrence, Pause

__all__ = [
    "Clause",
    "Commitment",
    "Contract",
    "Dependency",
    "Digest",
    "Fact",
    "Notice",
    "Occurrence",
    "Pause",
    "Removal",
    "Rung",
    "Shoes",
    "Signature",
    "Version",
    "Wishes",
]
