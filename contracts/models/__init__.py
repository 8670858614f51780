from contracts.models.commitment import Commitment
from contracts.models.contract import Clause, Contract, Removal, Shoes, Signature, Version

__all__ = ["Clause", "Commitment", "Contract", "Removal", "Shoes", "Signature", "Version"]
