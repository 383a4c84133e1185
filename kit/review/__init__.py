"""What did we learn, what do we do next: scorecards, practices, actions, the next target."""
