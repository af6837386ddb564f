"""The Keras runtime: models, their layers, and why a file does not load."""
