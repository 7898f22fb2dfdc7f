"""What the companion may suggest (data), and the coach that decides which, when, and when to be silent."""
