"""What safeguarding keeps. Every table has forced row security and refuses a write that is not audited."""

from throughline.casework.safeguarding.models.registers import OnCall, TeamPosts, Training
from throughline.casework.safeguarding.models.serving import (
    HandoverNote,
    HandoverSent,
    PolicyOverride,
    RequestReturn,
    ServiceRequest,
)
from throughline.casework.safeguarding.models.telling import ContactWords, VictimContact

__all__ = [
    "ContactWords",
    "HandoverNote",
    "HandoverSent",
    "OnCall",
    "PolicyOverride",
    "RequestReturn",
    "ServiceRequest",
    "TeamPosts",
    "Training",
    "VictimContact",
]
