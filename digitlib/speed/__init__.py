"""Training as fast as two processor cores allow, and how long it took."""
