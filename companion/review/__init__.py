"""Looking back: folds over the events of a past session."""
