"""The commands of `kit`, one a module; each imports what it works with when it runs."""
