"""The words of this room that are stored."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Side(models.TextChoices):
    """The two sides of a link and of its contract."""

    CUSTOMER = "customer", _("customer")
    SUPPLIER = "supplier", _("supplier")


class Ladder(models.TextChoices):
    """What an occurrence is chased for: that it be delivered, then that it be judged."""

    DELIVERY = "delivery", _("delivery")
    VERDICT = "verdict", _("verdict")


class Chased(models.TextChoices):
    """What climbs the ladder."""

    DELIVERY = "delivery", _("delivery")
    VERDICT = "verdict", _("verdict")
    ANSWER = "answer", _("answer")
    REVIEW = "review", _("review")


class Deed(models.TextChoices):
    """What can happen to an occurrence."""

    STARTED = "started", _("the clock started")
    DELIVERED = "delivered", _("delivered")
    RETRACTED = "retracted", _("delivery taken back")
    JUDGED = "judged", _("judged")
    RECONSIDERED = "reconsidered", _("verdict taken back")
    WAIVED = "waived", _("waived")
    PAUSED = "paused", _("paused")
    RESUMED = "resumed", _("resumed")
    LATE = "late", _("not delivered in time")
    MOVED = "moved", _("due moment moved")
    CANCELLED = "cancelled", _("cancelled")


class Voice(models.TextChoices):
    """Who gave a verdict for the receiving side."""

    AREA = "area", _("the receiving area")
    VOICE = "voice", _("the voice of the client")
    FACILITATOR = "facilitator", _("a facilitator")
    CLIENT = "client", _("the client")


class Often(models.TextChoices):
    """How often a person wants the digest."""

    WEEKLY = "weekly", _("once a week")
    DAILY = "daily", _("every day")
    OFF = "off", _("never")
