"""What comes in: tables, sources, the gate, calendars, territories, the snapshot, the sample company."""
