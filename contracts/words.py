"""The words of this room that are stored."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Side(models.TextChoices):
    """The two sides of a link and of its contract."""

    CUSTOMER = "customer", _("customer")
    SUPPLIER = "supplier", _("supplier")
