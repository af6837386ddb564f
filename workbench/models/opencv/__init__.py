"""Model files in OpenCV DNN."""
