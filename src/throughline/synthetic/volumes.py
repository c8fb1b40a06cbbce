"""A month of the invented force as a whole, for weighing its duties: its demonstration enacts a part of it.

Calls are those of 600,000 residents at the rate of the year to March 2015: 909,000 calls about domestic abuse for
57.4 million people (HMIC, "Increasingly everyone's business", 2015). The rest is assumed from them.
"""

from typing import Final

from throughline.foundations.duties.rules import Base

MONTH: Final = {
    Base.CALLS: 790,
    Base.CALLS_SENT: 710,
    Base.CONTACTS: 830,
    Base.VISITS: 20,
    Base.INCIDENTS: 760,
    Base.NEW_RECORDS: 900,
    Base.RECORDS: 100_000,
    Base.RESTRICTED: 60,
    Base.ACCOUNTS: 400,
    Base.COUNTERS: 4,
    Base.DAYS: 30,
}
