"""The words of this room that are stored: processes and moments of a client's problem, shapes of terms."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Process(models.TextChoices):
    """The four processes of a client strategy (S4.1)."""

    ATTRACT = "attract", _("Attract clients")
    RETAIN = "retain", _("Retain clients")
    GROW = "grow", _("Grow the value of clients")
    WIN_BACK = "win_back", _("Win back clients")


class Moment(models.TextChoices):
    """The moments of interaction (S3.3)."""

    DISCOVER = "discover", _("Discovering needs")
    OFFER = "offer", _("Offering and selling")
    DELIVER = "deliver", _("Delivering")
    AFTER_SALES = "after_sales", _("After-sales")


class Shape(models.TextChoices):
    ONCE = "once", _("Once")
    RECURRING = "recurring", _("Again and again")
    MEASURED = "measured", _("Again and again, with a number")


class Unit(models.TextChoices):
    """Working time of the organization, not clock time."""

    HOURS = "hours", _("working hours")
    DAYS = "days", _("working days")


class Every(models.TextChoices):
    DAY = "day", pgettext_lazy("every", "day")
    WEEK = "week", pgettext_lazy("every", "week")
    MONTH = "month", pgettext_lazy("every", "month")


class Compare(models.TextChoices):
    AT_LEAST = "ge", _("at least")
    AT_MOST = "le", _("at most")
