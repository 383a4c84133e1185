"""Planning: what a scope should sell, how likely that is, and who carries how much by when."""
