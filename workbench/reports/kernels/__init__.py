"""One kernel for one run: how it is started, fed with cells, and ended."""
