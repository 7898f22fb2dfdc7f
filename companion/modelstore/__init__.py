"""Models: where they come from, whether they are whole, and where they lie. The only place that uses the network."""
