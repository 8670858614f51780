"""What people fill in: on a contract sheet, and about what becomes of a promise."""

from contracts.forms.contract import KeepForm, RemovalForm, ReviewForm, SaidAloud, ShoesForm, SignForm
from contracts.forms.keeping import (
    ClientJudgeForm,
    ClientLinkForm,
    DeliverForm,
    DependForm,
    DependOverSheet,
    JudgeForm,
    StartedForm,
    UndoForm,
    WaiveForm,
)
from contracts.forms.reminders import LadderForm, WishesForm
from contracts.forms.values import ValuesForm

__all__ = [
    "ClientJudgeForm",
    "ClientLinkForm",
    "DeliverForm",
    "DependForm",
    "DependOverSheet",
    "JudgeForm",
    "KeepForm",
    "LadderForm",
    "RemovalForm",
    "ReviewForm",
    "SaidAloud",
    "ShoesForm",
    "SignForm",
    "StartedForm",
    "UndoForm",
    "ValuesForm",
    "WaiveForm",
    "WishesForm",
]
