"""Each counting rule once, as an Ibis expression over the shapes of `handover`.

The same expression runs on PostgreSQL over a force's own rows, and on DuckDB or Spark over what forces handed
over. No web framework.
"""

from throughline.measures.listing import measure, measures
from throughline.measures.rules import QUANTILES, Kind, Measure, Period, intervals

__all__ = ["QUANTILES", "Kind", "Measure", "Period", "intervals", "measure", "measures"]
