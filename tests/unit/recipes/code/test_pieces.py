"""The text of a function is its own, without annotations, and comes with everything it calls."""

from workbench.recipes.code import fits, kernels, pieces, pillow, rows


def test_a_function_comes_after_what_it_calls():
    found = pieces.with_dependencies([pillow.pillow_resize, kernels.cubic])
    names = [function.__name__ for function in found]
    assert set(names) == {"pillow_resize", "pillow_rows", "pillow_weights", "weighted_rows", "down_first", "cubic"}
    assert names.index("weighted_rows") < names.index("pillow_rows") < names.index("pillow_resize")


def test_a_function_called_twice_is_written_once():
    assert pieces.with_dependencies([rows.to_uint8, rows.to_uint8]) == [rows.to_uint8]


def test_constants_come_with_their_meaning():
    [line] = pieces.constants_of(pieces.with_dependencies([pillow.pillow_resize]))
    assert line.startswith(f"PILLOW = {pillow.PILLOW}  # ")


def test_annotations_are_left_out_and_nothing_else():
    text = pieces.source(fits.central_part)
    assert text.startswith("def central_part(image, size, fraction):\n")
    names = {}
    exec(text, names)
    assert names["central_part"].__doc__ == fits.central_part.__doc__
