"""Another e-mail address for the same person. It takes the place of the old one only when its own code came back.

Nobody finds out by trying who is known here: an address that somebody else has gets the same page, and a letter that
carries no code.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from secrets import compare_digest

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.core import ratelimit
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from areas import journal, signin
from areas.editing import Refused
from areas.models import Membership, User

IN_SESSION = "new_address"
LASTS = timedelta(minutes=10)
MOST_TRIES = 5


@dataclass
class Asked:
    """What waits for its code, in this browser's session."""

    email: str
    # Empty where no code was sent: nothing that is typed will fit.
    code: str
    at: float
    tries: int = 0

    def keep(self, request: HttpRequest) -> None:
        request.session[IN_SESSION] = asdict(self)


def waiting(request: HttpRequest, now: datetime) -> Asked | None:
    """The address that was asked for and is not proved yet; None if there is none, or its time is over."""
    kept = request.session.get(IN_SESSION)
    if not kept:
        return None
    asked = Asked(**kept)
    if now.timestamp() - asked.at > LASTS.total_seconds() or asked.tries >= MOST_TRIES:
        forget(request)
        return None
    return asked


def forget(request: HttpRequest) -> None:
    request.session.pop(IN_SESSION, None)


def why_not(user: User) -> str | None:
    """None if the person may take another address."""
    if Membership.objects.filter(user=user, left_at=None, organization__is_demo=True).exists():
        return _("The people of the demo keep their addresses.")
    return None


def ask(request: HttpRequest, user: User, email: str, now: datetime) -> Asked:
    """Send a code to the new address. Raises Refused."""
    refusal = why_not(user)
    if refusal:
        raise Refused(refusal)
    email = email.strip().lower()
    if email == user.email:
        raise Refused(_("This is your address already."))
    if not ratelimit.consume(request, action="new_address", key=email, user=user):
        raise Refused(_("That was a lot of tries in a short time. Wait an hour and try again, please."))
    asked = Asked(email, "", now.timestamp())
    owner = _others(user, email).first()
    if owner:
        signin.write_about(email, owner, "address_taken", {}, now)
    else:
        asked.code = get_adapter().generate_email_verification_code()
        signin.write_about(email, user, "address_code", {"code": asked.code}, now)
    asked.keep(request)
    return asked


def prove(request: HttpRequest, user: User, asked: Asked, typed: str, now: datetime) -> None:
    """The code came back: the new address takes the place of the old one, which is told so. Raises Refused."""
    if not ratelimit.consume(request, action="new_address_code", user=user):
        raise Refused(_("That was a lot of tries in a short time. Wait an hour and try again, please."))
    if not asked.code or not compare_digest(_plain(typed).encode(), _plain(asked.code).encode()):
        asked.tries += 1
        asked.keep(request)
        raise Refused(_("This is not the code of the last letter. Look again, or ask for a new one."))
    forget(request)
    _take(user, asked.email, now)


@transaction.atomic
def _take(user: User, email: str, now: datetime) -> None:
    user = User.objects.select_for_update().get(pk=user.pk)
    if _others(user, email).exists():
        # Somebody came in with it since the code was sent.
        raise Refused(_("This address belongs to another account meanwhile."))
    _abandoned(user, email).delete()
    old = user.email
    user.email = email
    user.save(update_fields=["email"])
    journal.touch_all(user)
    EmailAddress.objects.filter(user=user).exclude(email=email).delete()
    EmailAddress.objects.update_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
    signin.write_about(old, user, "address_changed", {"email": email}, now)


def _abandoned(user: User, email: str) -> QuerySet[User]:
    """Typed into the sign-in once, by whomever, and never proved."""
    return User.objects.filter(email=email, last_login=None, memberships=None, is_staff=False).exclude(pk=user.pk)


def _others(user: User, email: str) -> QuerySet[User]:
    everybody = User.objects.filter(email=email).exclude(pk=user.pk)
    return everybody.exclude(pk__in=_abandoned(user, email).values("pk"))


def _plain(code: str) -> str:
    return "".join(code.split()).replace("-", "").upper()
