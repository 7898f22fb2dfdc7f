"""The commands: one short function each; what they need is imported when they run."""
