"""What stands around a model: reading its boxes, cutting regions, showing and drawing, each with a mistake."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np

SURE = 0.5  # score from which on the tutorials take a box


def read_x_first(outputs: Mapping[str, np.ndarray], size: tuple[int, int]) -> np.ndarray:
    """Read the boxes of an Object Detection API model as left, top, right, bottom; it gives top, left, bottom, right.

    Takes the outputs by name with batch axis, and height and width of the frame; gives (K, 4) in pixels.
    """
    sure = outputs["detection_scores"][0] > SURE
    left, top, right, bottom = outputs["detection_boxes"][0][sure].T
    height, width = size
    return np.stack([left * width, top * height, right * width, bottom * height], axis=1)


def read_with_batch_axis(outputs: Mapping[str, np.ndarray], size: tuple[int, int]) -> np.ndarray:
    """Go over the outputs box by box, but their first axis counts pictures."""
    height, width = size
    found = []
    for box, score in zip(outputs["detection_boxes"], outputs["detection_scores"], strict=True):
        if score > SURE:
            top, left, bottom, right = box
            found.append([left * width, top * height, right * width, bottom * height])
    return np.array(found)


def cut_by_numbers(frame: np.ndarray, box: np.ndarray) -> np.ndarray:
    """Cut a box as it comes from the Object Detection API: shares of the frame, taken for pixels."""
    top, left, bottom, right = (int(number) for number in box)
    return frame[top:bottom, left:right]


def cut_unclipped(frame: np.ndarray, box: np.ndarray) -> np.ndarray:
    """Cut a box of the Object Detection API scaled to pixels, but not clipped to the frame."""
    height, width = frame.shape[:2]
    top, left, bottom, right = box
    return frame[int(top * height) : int(bottom * height), int(left * width) : int(right * width)]


def show_input(frame: np.ndarray) -> np.ndarray:
    """Give what goes to `cv2.imshow`: the model's own input, floats in RGB order."""
    rgb = cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)
    return cv2.resize(rgb, (224, 224)).astype(np.float32) / 255.0


def draw_above(frame: np.ndarray, box: tuple[int, int, int, int], label: str) -> np.ndarray:
    """Draw a box and, ten pixels above it, its label; into the frame itself."""
    left, top, right, bottom = box
    cv2.rectangle(frame, (left, top), (right, bottom), (0, 255, 0), 2)
    cv2.putText(frame, label, (left, top - 10), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 255, 0), 1)
    return frame
