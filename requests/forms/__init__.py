from requests.forms.acts import (
    AcknowledgeForm,
    ActForm,
    AgreeForm,
    AskForm,
    CounterForm,
    DeclineForm,
    Recording,
    SayForm,
    Setting,
    WithdrawForm,
)
from requests.forms.terms import TermsForm, typed

__all__ = [
    "AcknowledgeForm",
    "ActForm",
    "AgreeForm",
    "AskForm",
    "CounterForm",
    "DeclineForm",
    "Recording",
    "SayForm",
    "Setting",
    "TermsForm",
    "WithdrawForm",
    "typed",
]
