"""What first contact keeps. Every table has forced row security and refuses a write that is not audited."""

from throughline.casework.contact.models.briefing import (
    Brief,
    ConfidentialWords,
    IntelligenceAnswer,
    IntelligenceRequest,
)
from throughline.casework.contact.models.contact import Contact, Deployment, LogLine
from throughline.casework.contact.models.counter import Counter, CounterHours, Leaflet
from throughline.casework.contact.models.recording import Recording
from throughline.casework.contact.models.supervision import (
    Handover,
    Proposal,
    RuleSwitch,
    Sample,
    Shift,
)
from throughline.casework.contact.models.taking import Asking, Change, Heard

__all__ = [
    "Asking",
    "Brief",
    "Change",
    "ConfidentialWords",
    "Contact",
    "Counter",
    "CounterHours",
    "Deployment",
    "Handover",
    "Heard",
    "IntelligenceAnswer",
    "IntelligenceRequest",
    "Leaflet",
    "LogLine",
    "Proposal",
    "Recording",
    "RuleSwitch",
    "Sample",
    "Shift",
]
