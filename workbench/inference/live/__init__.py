"""Live: frames from a camera or a network through a recipe and a model, never stale, never stuck."""
