"""Where we stand and where we will land: pacing, trend, landing and alerts."""
