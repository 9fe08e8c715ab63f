"""Series of days: weeks, ratios, spikes, lay-offs. Pure functions over the last axis."""
