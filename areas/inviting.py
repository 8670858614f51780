"""Inviting by e-mail. Whoever proves the address by signing in with it may accept; nobody else learns of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from areas import journal
from areas.access import Actor
from areas.editing import Refused
from areas.models import Area, AreaPart, Invitation, Membership, Organization, User
from areas.people import parts_for
from areas.words import Role
from post import letters

LASTS = timedelta(days=14)
# Between two letters to one address, and how many letters one invitation may send at all.
AGAIN_AFTER = timedelta(minutes=10)
MOST_LETTERS = 6
MOST_OPEN = 300
MOST_A_DAY = 200


def why_not_invite(organization: Organization) -> str | None:
    """None if people may be invited to it, else the sentence."""
    if not organization.is_rehearsal:
        return None
    return _("Nobody is invited to a rehearsal: it is a copy that is thrown away. Invite people in the company itself.")


@transaction.atomic
def invite(
    actor: Actor,
    *,
    email: str,
    name: str = "",
    role: str = Role.PARTICIPANT,
    area: Area | None = None,
    part: str = "",
    now: datetime,
) -> Invitation:
    """Invite an address: row, letter and journal in one. Refused with the reason that stands beside the line."""
    email = email.strip().lower()
    organization = actor.organization
    if refusal := why_not_invite(organization):
        raise Refused(refusal)
    here = Membership.objects.filter(organization=organization, user__email=email, left_at__isnull=True).first()
    if here is not None:
        raise Refused(_("%(name)s is here already.") % {"name": here.name})
    waiting = Invitation.objects.filter(organization=organization, accepted_at=None, withdrawn_at=None)
    if waiting.count() >= MOST_OPEN:
        raise Refused(_("There are %(n)s open invitations already. Withdraw some of them first.") % {"n": MOST_OPEN})
    today = Invitation.objects.filter(organization=organization, sent_at__gt=now - timedelta(days=1))
    if today.count() >= MOST_A_DAY:
        raise Refused(_("%(n)s invitations left in one day. Go on tomorrow, please.") % {"n": MOST_A_DAY})
    if area is not None:
        part = part if part in parts_for(area) else parts_for(area)[0]
    invitation = Invitation(
        organization=organization,
        email=email,
        name=name,
        role=role,
        area=area,
        part=part or Invitation._meta.get_field("part").get_default(),
        invited_by=actor.membership,
        sent_at=now,
        expires_at=now + LASTS,
    )
    try:
        with transaction.atomic():
            invitation.save()
    except IntegrityError:
        raise Refused(_("%(email)s is invited already.") % {"email": email}) from None
    _send(invitation, actor, now)
    _record(actor, invitation, "person.invited", now)
    return invitation


@transaction.atomic
def resend(actor: Actor, invitation: Invitation, now: datetime) -> bool:
    """Another letter, and the time to accept starts again."""
    row = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if row.accepted_at or row.withdrawn_at:
        raise Refused(_("This invitation is no longer open."))
    if now - row.sent_at < AGAIN_AFTER:
        raise Refused(_("A letter went out a few minutes ago. Give it some time, and look among the unwanted mail."))
    if row.times_sent >= MOST_LETTERS:
        raise Refused(_("This address got %(n)s letters already. Talk to the person instead.") % {"n": row.times_sent})
    row.times_sent += 1
    row.sent_at = now
    row.expires_at = now + LASTS
    row.save(update_fields=["times_sent", "sent_at", "expires_at"])
    _send(row, actor, now)
    _record(actor, row, "person.invited_again", now)
    return True


@transaction.atomic
def withdraw(actor: Actor, invitation: Invitation, now: datetime) -> bool:
    """Take the invitation back; the letter's link then leads nowhere. True if it was still open."""
    if not Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None).update(withdrawn_at=now):
        return False
    _record(actor, invitation, "person.uninvited", now)
    return True


def addressed_to(user: User) -> QuerySet[Invitation]:
    """Invitations to the addresses that this person has proved."""
    mine = [address.lower() for address in proved(user)]
    return Invitation.objects.select_related("organization", "area", "invited_by__user").filter(email__in=mine)


def open_for(user: User, now: datetime) -> list[Invitation]:
    """Invitations that this person can accept now, newest first."""
    found = addressed_to(user).filter(accepted_at=None, withdrawn_at=None, expires_at__gt=now)
    return list(found.order_by("-sent_at"))


def proved(user: User) -> list[str]:
    """The addresses that this person has proved to own."""
    return list(EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True))


@transaction.atomic
def accept(invitation: Invitation, user: User, now: datetime) -> Membership:
    """The invited person comes in, with the role and the part that the invitation names."""
    row = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if row.standing(now) == "accepted":
        raise Refused(_("This invitation was accepted before."))
    if row.standing(now) != "pending":
        raise Refused(_("This invitation is no longer open."))
    organization = row.organization
    membership, new = Membership.objects.select_for_update().get_or_create(
        organization=organization, user=user, defaults={"role": row.role, "joined_at": now}
    )
    if not new and membership.left_at:
        membership.left_at, membership.role, membership.joined_at = None, row.role, now
        membership.save(update_fields=["left_at", "role", "joined_at"])
    area = row.area if row.area and not row.area.archived_at else None
    if area is not None:
        AreaPart.objects.get_or_create(membership=membership, area=area, defaults={"part": row.part})
    row.accepted_at, row.accepted_by = now, membership
    row.save(update_fields=["accepted_at", "accepted_by"])
    if not user.name and row.name:
        user.name = row.name
        user.save(update_fields=["name"])
        journal.touch_all(user)
    journal.record(
        organization,
        "person.joined",
        by=membership,
        now=now,
        area=area,
        subject=("person", membership.ref),
        facts={"name": membership.name, **({"area": area.name} if area else {})},
    )
    return membership


def _record(actor: Actor, invitation: Invitation, event: str, now: datetime) -> None:
    facts = {"name": invitation.name or invitation.email}
    if invitation.area:
        facts["area"] = invitation.area.name
    journal.record(actor.organization, event, by=actor.membership, now=now, area=invitation.area, facts=facts)


def _language(email: str, organization: Organization) -> str:
    known = User.objects.filter(email=email).values_list("language", flat=True).first()
    return known or organization.language


def _send(invitation: Invitation, actor: Actor, now: datetime) -> None:
    organization = actor.organization
    language = _language(invitation.email, organization)
    subject, text, html = letters.render(
        "areas/invitation",
        {
            "invitation": invitation,
            "organization": organization,
            "inviter": actor.membership.name,
            "link": reverse("areas:invitation", args=[invitation.ref]),
        },
        language,
        zone=organization.tz,
    )
    letters.write(
        key=f"invitation:{invitation.ref}:{invitation.times_sent}",
        kind="person.invited",
        to_email=invitation.email,
        to_name=invitation.name,
        language=language,
        subject=subject,
        text=text,
        html=html,
        organization_ref=organization.ref,
        now=now,
    )
