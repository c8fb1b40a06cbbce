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
from throughline.casework.safeguarding.models.registers import OnCall, TeamPosts, Training
from throughline.casework.safeguarding.models.serving import (
    HandoverNote,
    HandoverSent,
    PolicyOverride,
    RequestReturn,
    ServiceRequest,
)
from throughline.casework.safeguarding.models.telling import ContactWords, UpdateChoice, VictimContact

__all__ = [
    "ContactWords",
    "HandoverNote",
    "HandoverSent",
    "MeasureStep",
    "OnCall",
    "PlanCopy",
    "PlanSheet",
    "PlanVersion",
    "PolicyOverride",
    "Referral",
    "RequestReturn",
    "SafetyMeasure",
    "SafetyWords",
    "Service",
    "ServiceHours",
    "ServiceRequest",
    "TeamPosts",
    "Training",
    "UpdateChoice",
    "VictimContact",
]
