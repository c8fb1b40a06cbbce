"""What safeguarding keeps. Every table has forced row security and refuses a write that is not audited."""

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
    "PolicyOverride",
    "RequestReturn",
    "ServiceRequest",
    "VictimContact",
]
