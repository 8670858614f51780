"""The demo: two companies that never were, told by real deeds, and the door to come in as one of their people."""

from config.demo.cast import COMPANIES

__all__ = ["COMPANIES", "people"]


def people() -> list[tuple[str, str, str]]:
    """Name, address and role of each demo person, for whoever prints them."""
    return [
        (person.name, person.email, f"{person.says(company.language)} · {company.name}")
        for company in COMPANIES
        for person in company.people
    ]
