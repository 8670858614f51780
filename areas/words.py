"""The words of this room that are stored: kinds of area, roles, states of an invitation."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What an area is for. Each kind meets its own guiding questions (`areas.guiding`)."""

    CLIENT = "client", _("The client")
    SALES = "sales", _("Sales")
    MARKETING = "marketing", _("Marketing")
    SUPPORT = "support", _("Customer support")
    SERVICES = "services", _("Professional services")
    LOGISTICS = "logistics", _("Logistics")
    OPERATIONS = "operations", _("Operations")
    PRODUCTION = "production", _("Production")
    QUALITY = "quality", _("Quality")
    PURCHASING = "purchasing", _("Purchasing")
    ADMINISTRATION = "administration", _("Administration")
    FINANCE = "finance", _("Finance")
    HUMAN_RESOURCES = "human_resources", _("Human resources")
    TALENT = "talent", _("Talent acquisition")
    IT = "it", _("Information technology")
    MANAGEMENT = "management", _("General management")
    OTHER = "other", _("Another kind")


class Role(models.TextChoices):
    """What a person may do in an organization."""

    FACILITATOR = "facilitator", _("Facilitator")
    PARTICIPANT = "participant", _("Participant")
    VIEWER = "viewer", _("Viewer")


class Part(models.TextChoices):
    """What a person is in one area. The voice speaks for the client, whose people are outside."""

    LEAD = "lead", _("Lead")
    MEMBER = "member", _("Member")
    VOICE = "voice", _("Voice of the client")
