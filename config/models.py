"""The one row that the demo needs of its own."""

from datetime import timedelta

from django.db import models


class DemoClock(models.Model):
    """How far the demo's time is ahead of the real one (config.demo.clock). One row, and only in demo mode."""

    ahead = models.DurationField(default=timedelta(0))

    def __str__(self) -> str:
        return str(self.ahead)
