"""From chapters to the book: read, run, compare, put together, check."""
