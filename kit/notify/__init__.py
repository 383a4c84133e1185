"""Sending each owner of alerts a short digest: who gets what, by which address, and what was sent."""
