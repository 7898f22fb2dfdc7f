"""What the user's verdicts on past calls say about the settings: pure functions of tables and labels."""
