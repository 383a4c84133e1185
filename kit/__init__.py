"""Sales-target kit: set, track, diagnose and review sales targets."""

__version__ = "0.1.0"
