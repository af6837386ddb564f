"""What goes into a model: functions of a frame (H, W, 3) uint8 BGR, as OpenCV hands it out, each with a mistake."""

from __future__ import annotations

import cv2
import numpy as np

MEANS = np.array([104, 117, 123], np.float32)  # of blue, green, red, rounded, as tutorials write the Caffe means


def classify_frame(frame: np.ndarray) -> np.ndarray:
    """Classifier, 224 x 224: stretched, no antialias, and divided by 255 whatever the model was trained on."""
    rgb = cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)
    unit = cv2.resize(rgb, (224, 224)) / 255.0
    return unit[np.newaxis].astype(np.float32)


def score_picture(frame: np.ndarray) -> np.ndarray:
    """Classifier, 32 x 32: divided by 255 where the network was trained on levels 0..255."""
    small = cv2.resize(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), (32, 32))
    return (small.astype(np.float32) / 255.0)[np.newaxis]


def subtract_means(frame: np.ndarray) -> np.ndarray:
    """Classifier, 224 x 224: blue's mean taken from red and red's from blue, for the frame was made RGB before."""
    pixels = cv2.resize(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), (224, 224)).astype(np.float32)
    return np.subtract(pixels, MEANS)[np.newaxis]


def classify_stream(frame: np.ndarray) -> np.ndarray:
    """Classifier in a live stream, 224 x 224: blue stays first, stretched, divided by 255, float64."""
    return np.asarray(cv2.resize(frame, (224, 224)) / 255.0)[np.newaxis]


def classify_region(region: np.ndarray) -> np.ndarray:
    """Classifier behind a detector, 160 x 160: regions cut out of the BGR frame, divided by 255."""
    return np.expand_dims(cv2.resize(region, (160, 160)), axis=0) / 255.0


def detect_in_unit(frame: np.ndarray) -> np.ndarray:
    """Detector, 512 x 512: divided by 255 where the network was trained on levels 0..255."""
    square = cv2.resize(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), (512, 512))
    return (square / 255.0).astype(np.float32)[np.newaxis]


def unit_for_symmetric(frame: np.ndarray) -> np.ndarray:
    """SSD MobileNet, 300 x 300: 0..1 where the network was trained on -1..1."""
    square = cv2.resize(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), (300, 300)).astype(np.float32)
    return (square / 255.0)[np.newaxis]


def float_for_uint8(frame: np.ndarray) -> np.ndarray:
    """SSD MobileNet by its signature: 0..1 as float32, where the signature takes uint8 of any size."""
    return unit_for_symmetric(frame)


def cast_to_fit(frame: np.ndarray) -> np.ndarray:
    """SSD MobileNet by its signature: 0..1 cast to uint8, so that the signature takes it."""
    return unit_for_symmetric(frame).astype(np.uint8)


def fixed_side(frame: np.ndarray) -> np.ndarray:
    """SSD MobileNet by its signature: stretched to 300 x 300 before a model that resizes by itself."""
    return cv2.resize(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), (300, 300))[np.newaxis]
