"""Other thresholds, tried on past calls without their sound."""
