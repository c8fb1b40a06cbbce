"""What safeguarding keeps. Every table has forced row security and refuses a write that is not audited."""

from throughline.casework.safeguarding.models.directory import Service, ServiceHours
from throughline.casework.safeguarding.models.planning import (
    MeasureStep,
    PlanCopy,
    PlanSheet,
    PlanVersion,
    Referral,
    SafetyMeasure,
    SafetyWords,
)
from throughline.casework.safeguarding.models.telling import ContactWords, VictimContact

__all__ = [
    "ContactWords",
    "MeasureStep",
    "PlanCopy",
    "PlanSheet",
    "PlanVersion",
    "Referral",
    "SafetyMeasure",
    "SafetyWords",
    "Service",
    "ServiceHours",
    "VictimContact",
]
