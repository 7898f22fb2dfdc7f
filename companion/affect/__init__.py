"""What is felt and what may drive it: from words, and from the voice against the speaker's own baseline."""
