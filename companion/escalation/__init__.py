"""How far the talk has escalated: a belief over levels, steps with hysteresis, and reasons that a person can check."""
