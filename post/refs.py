"""Names for rows in addresses: they tell a stranger nothing and cannot be guessed."""

import secrets

# Read aloud and typed without doubt: no 0/o, no 1/l/i.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
LENGTH = 12


def new_ref() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
