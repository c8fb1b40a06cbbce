"""What first contact keeps. Every table has forced row security and refuses a write that is not audited."""

from throughline.casework.contact.models.briefing import (
    Brief,
    IntelligenceAnswer,
    IntelligenceRequest,
)
from throughline.casework.contact.models.contact import Contact, Deployment, LogLine
from throughline.casework.contact.models.counter import Counter, CounterHours, Leaflet
from throughline.casework.contact.models.supervision import Handover, Proposal, Sample, Shift

__all__ = [
    "Brief",
    "Contact",
    "Counter",
    "CounterHours",
    "Deployment",
    "Handover",
    "IntelligenceAnswer",
    "IntelligenceRequest",
    "Leaflet",
    "LogLine",
    "Proposal",
    "Sample",
    "Shift",
]
