"""Faults of preprocessing, injected on purpose: real frames, serving code as users write it, and a judge.

The serving functions call OpenCV, Pillow, TensorFlow and NumPy themselves; of Workbench they use nothing, so that
`identify` is not held to its own code. `cases` holds each to the training Recipe's tensors where no fault is in it.
"""
