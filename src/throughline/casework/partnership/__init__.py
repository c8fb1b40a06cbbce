"""Working together: independent advisers and what is shared with them, and referrals to a MARAC."""
