"""SHA-256 of files, and what a `SHA256SUMS` beside a file says about it."""
