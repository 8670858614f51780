"""The way out of the digest: one signed address per person, without an end and without a sign-in."""

from __future__ import annotations

from django.core.signing import BadSignature, Signer
from django.db.models import F

from areas.models import Membership
from contracts.models import Wishes
from contracts.words import Often

_signer = Signer(sep=".", salt="contracts.digest.leaving")


def token_of(membership_ref: str) -> str:
    """What stands in the address. It says who leaves, and nothing else can be done with it."""
    return _signer.sign(membership_ref)


def membership_of(token: str) -> Membership | None:
    """Whose token it is; None for one that we did not sign, and for whoever is no longer there."""
    try:
        ref = _signer.unsign(token)
    except BadSignature:
        return None
    return (
        Membership.objects.select_related("organization", "user")
        .filter(ref=ref, left_at__isnull=True, user__is_active=True)
        .first()
    )


def often(membership: Membership) -> str:
    """How often the person gets the digest."""
    found = Wishes.objects.filter(membership=membership).values_list("digest", flat=True).first()
    return found or Often.WEEKLY


def set_often(membership: Membership, wished: Often) -> bool:
    """True if it changed."""
    wishes, made = Wishes.objects.get_or_create(membership=membership, defaults={"digest": wished})
    if made:
        return wished != Often.WEEKLY
    changed = Wishes.objects.filter(pk=wishes.pk).exclude(digest=wished)
    return bool(changed.update(digest=wished, version=F("version") + 1))
