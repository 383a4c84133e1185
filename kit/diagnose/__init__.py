"""Why the result differs from the target: bridges, effects, the funnel and the causes."""
