"""Marks for the picture, made of all that they say, and found again by it: a deed changes one or two of hundreds."""

from __future__ import annotations

from functools import lru_cache

from contracts.picture import AreaMark, LinkMark
from contracts.telling.words import NOWHERE


@lru_cache(maxsize=4096)
def serving(sentence: str, supplier: str, customer: str) -> str:
    return sentence % {"supplier": supplier, "customer": customer}


@lru_cache(maxsize=2048)
def area_marked(
    ref: str,
    name: str,
    distance: int | None,
    state: str,
    note: str,
    kept: int,
    counted: int,
    percent: str,
    sentence: str,
    zoom: str,
    here: bool,
) -> AreaMark:
    label = f"{name}: {note}"
    if counted:
        label += sentence % {"kept": kept, "counted": counted, "percent": percent}
    return AreaMark(
        ref,
        name,
        distance,
        state,
        note,
        label,
        f"{zoom}{ref}" if zoom else "",
        kept / counted if counted else None,
        percent,
        here,
    )


@lru_cache(maxsize=4096)
def link_marked(
    ref: str,
    customer_ref: str,
    supplier_ref: str,
    customer: str,
    supplier: str,
    state: str,
    needs: int,
    requirements: int,
    standing: str,
    why: str,
    serves: str,
    sentence: str,
    sheet: str,
) -> LinkMark:
    relation = serving(serves, supplier, customer)
    return LinkMark(
        ref,
        customer_ref,
        supplier_ref,
        state,
        str(needs),
        str(requirements or ""),
        standing,
        sentence % {"serves": relation, "standing": standing, "needs": needs, "requirements": requirements},
        sheet.replace(NOWHERE, ref),
        f"{relation}: {standing}\n{why}" if why else "",
    )
