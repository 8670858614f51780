"""Good examples of what one area asks of another, by direction and kind of the area that is asked.

A good example says what one can check, not how hard somebody will try.
"""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

from areas.words import Kind
from requests.states import Direction


class Example(NamedTuple):
    """What to write, and how both sides would see that it is well done."""

    outcome: str | Lazy
    satisfaction: str | Lazy


# What a customer needs from an area of this kind.
NEEDS: dict[str, tuple[Example, ...]] = {
    Kind.SALES: (
        Example(
            _("A date for every order that the client can count on"),
            _("The client hears one date, and does not have to call to learn it."),
        ),
        Example(
            _("A call to each client before the delay, not after it"),
            _("The client knows the new date before the old one has passed."),
        ),
    ),
    Kind.MARKETING: (
        Example(
            _("Campaign calendar of the next month"),
            _("It says product, region and the volume expected, and nothing starts that is not on it."),
        ),
        Example(_("What clients say about us, in their own words"), _("At least ten quotes, with the product named.")),
    ),
    Kind.SUPPORT: (
        Example(
            _("The complaints of the week with their causes"), _("Each has a cause, and the area that it concerns.")
        ),
        Example(
            _("First answer to a complaint about a delivery"),
            _("It names a person and the next step; it is no automatic reply."),
        ),
    ),
    Kind.SERVICES: (
        Example(
            _("Installation on the day of the delivery"), _("The client signs that it works, and nobody comes twice.")
        ),
        Example(_("Report of each visit"), _("Within it: what was found, what was done, what the client still needs.")),
    ),
    Kind.LOGISTICS: (
        Example(
            _("Delivery window confirmed for every order"),
            _("The window has at most four hours, and Sales sees it in the system."),
        ),
        Example(
            _("Word of every delay on the same day"),
            _("It says which order, why, and the new date, before the client asks."),
        ),
        Example(_("The northern route three times a week"), _("The truck leaves on Monday, Wednesday and Friday.")),
    ),
    Kind.OPERATIONS: (
        Example(_("Service ready at the hour that was promised"), _("The client waits for nothing and calls nobody.")),
        Example(
            _("Plan of the shifts for the next week"), _("Published where all can see it, with a name for each shift.")
        ),
    ),
    Kind.PRODUCTION: (
        Example(_("Confirmed plan of the week"), _("Published on Monday before noon; changes only in writing.")),
        Example(_("Orders that leave the plant complete"), _("Counted at the gate, against the purchase order.")),
        Example(
            _("Word of every stopped line within the hour"), _("It says which orders will be late, and by how much.")
        ),
    ),
    Kind.QUALITY: (
        Example(_("Release of each lot before its loading"), _("Signed release, or the reason in writing.")),
        Example(
            _("Causes of the returns of the month"), _("The three most frequent, with what changes because of them.")
        ),
    ),
    Kind.PURCHASING: (
        Example(_("Materials in the warehouse before the week begins"), _("Complete against the plan of production.")),
        Example(_("Word of suppliers who will be late"), _("Two days before, with another supplier or another date.")),
    ),
    Kind.ADMINISTRATION: (
        Example(_("Purchase order for supplies"), _("Sent to the supplier, with the date of delivery confirmed.")),
        Example(_("Payment of suppliers on the day agreed"), _("No supplier stops a shipment because of us.")),
        Example(_("Credit approval for a new client"), _("A yes or a no with its reason, never silence.")),
    ),
    Kind.FINANCE: (
        Example(_("Margin by product of the month that has closed"), _("By product and region, in one table.")),
        Example(_("Invoice without errors"), _("It agrees with the order; the client asks for no correction.")),
    ),
    Kind.HUMAN_RESOURCES: (
        Example(_("Trained people for the season"), _("They start with the course done and the equipment on.")),
        Example(_("Answer to a request for leave"), _("A yes or a no within two working days.")),
    ),
    Kind.TALENT: (
        Example(_("Three good candidates for each opening"), _("Each has talked with us and can start this month.")),
        Example(_("News of each search"), _("Who has been seen, what is missing, when the next step is.")),
    ),
    Kind.IT: (
        Example(_("Order system available in working hours"), _("Counted from the first failure that a person sees.")),
        Example(_("New people ready to work on their first day"), _("Account, computer and permissions tried out.")),
    ),
    Kind.MANAGEMENT: (
        Example(_("A decision on what two areas cannot settle"), _("In writing, with its reason, to both areas.")),
        Example(_("Priorities of the quarter"), _("At most three, with a number for each.")),
    ),
    Kind.OTHER: (
        Example(_("What you need, as a thing one can see or count"), _("Anybody can check it, without asking you.")),
    ),
}

# What an area requires of a customer of this kind, so that it can keep its own promises.
REQUIREMENTS: dict[str, tuple[Example, ...]] = {
    Kind.CLIENT: (
        Example(_("Address and opening hours with every order"), _("Nobody has to call before the truck leaves.")),
        Example(_("Purchase order before the work begins"), _("With quantity, product and date.")),
    ),
    Kind.SALES: (
        Example(_("Purchase orders filled in completely"), _("All twelve fields; none comes back with a question.")),
        Example(_("Forecast of the next month"), _("By product and region, before the 25th.")),
        Example(_("No promised date without asking us first"), _("Each promised date has our confirmation.")),
    ),
    Kind.LOGISTICS: (
        Example(_("Empty pallets back within the week"), _("Counted at the gate, against those that left.")),
        Example(_("Loading list the day before"), _("Before five, in the order in which they load.")),
    ),
    Kind.PRODUCTION: (
        Example(_("Plan of the supplies for the next two weeks"), _("By material and day, approved by the plant.")),
        Example(_("Word of each change of the plan"), _("In writing, at least two working days before.")),
    ),
    Kind.ADMINISTRATION: (
        Example(
            _("Invoices of suppliers with their receipt"), _("Both papers together, with the number of the order.")
        ),
    ),
    Kind.HUMAN_RESOURCES: (
        Example(_("List of those who start next week"), _("Name, area, and what each needs to work.")),
    ),
    Kind.OTHER: (
        Example(_("Complete information from the start"), _("Nothing has to be asked again.")),
        Example(_("Word of changes in good time"), _("At least two working days before, in writing.")),
    ),
}


def suggest(direction: str, performer_kind: str) -> tuple[Example, ...]:
    """At most three examples for an ask to an area of this kind."""
    table = NEEDS if direction == Direction.NEED else REQUIREMENTS
    return table.get(performer_kind, table[Kind.OTHER])[:3]
