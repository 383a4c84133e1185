"""Colours and signs of every figure, table and card: told apart in grey and by the colour-blind."""

from __future__ import annotations

from types import MappingProxyType

INK = "#1c2733"
MUTED = "#5b6775"
RULE = "#dde3ea"
ACTUAL = "#1f5a96"  # what happened
PLAN = "#1c2733"  # targets and schedules: dashed, or a tick
BEFORE = "#8b97a5"  # last year, references: dotted
BAND = "#c9dbee"  # intervals
GOOD = "#2b7a78"
BAD = "#c2491d"
WARN = "#8f6200"

# status: (sign, colour); the signs differ in shape, so that no colour is needed to read them
STATUS = MappingProxyType(
    {
        "green": ("●", GOOD),
        "amber": ("◐", WARN),
        "red": ("○", BAD),
        "no_target": ("–", MUTED),
        "reached": ("●", GOOD),
        "near": ("◐", WARN),
        "yes": ("✓", GOOD),
        "no": ("✗", BAD),
        "unknown": ("?", MUTED),
        "overdue": ("!", BAD),
    }
)
