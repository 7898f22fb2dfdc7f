"""The one place that knows all stages: it wires ears, understanding, escalation, coach and sinks into a session."""
