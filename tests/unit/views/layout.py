"""What holds of every figure's layout."""


def expect_inside(figure, texts):
    """Hold texts to the paper: none is drawn past its edge."""
    width, height = figure.get_size_inches() * figure.dpi
    for text in texts:
        box = text.get_window_extent()
        assert min(box.x0, box.y0, width - box.x1, height - box.y1) >= -1, text.get_text()


def expect_apart(figure):
    """Hold the figure's words to lie beside each other, not over each other."""
    boxes = [(text.get_text(), text.get_window_extent()) for text in figure.texts]
    for place, (one, box) in enumerate(boxes):
        for other, beside in boxes[place + 1 :]:
            across = min(box.x1, beside.x1) - max(box.x0, beside.x0)
            down = min(box.y1, beside.y1) - max(box.y0, beside.y0)
            assert min(across, down) < 4, f"{one!r} over {other!r}"
