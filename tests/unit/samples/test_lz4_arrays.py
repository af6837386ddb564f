import numpy as np
import pytest

from workbench.errors import ModelLoadError
from workbench.samples.lz4_arrays import read_arrays

ONES = np.ones(40, np.float32)
STEPS = np.arange(6, dtype=np.float32).reshape(2, 3)


def pickled(*arrays):
    """Lay arrays out as joblib does: a description that ends in `K\\x10ub`, padding, the bytes."""
    described = [b"...K\x10ub" + bytes([3]) + b"\xff" * 3 + array.tobytes() for array in arrays]
    return b"".join(described) + b"e."


def frame(*blocks):
    sized = [len(block).to_bytes(4, "little") + block for block in blocks]
    return b"\x04\x22\x4d\x18" + b"\x40\x40\xc0" + b"".join(sized) + bytes(4)


def literal(content):
    """Make a block of literal bytes only; 15 and more of them are counted on in bytes of 255."""
    rest = len(content) - 15
    return b"\xf0" + b"\xff" * (rest // 255) + bytes([rest % 255]) + content


def uncompressed(content):
    return (len(content) | 1 << 31).to_bytes(4, "little") + content


def test_arrays_come_out_of_literal_bytes():
    [ones, steps] = read_arrays(frame(literal(pickled(ONES, STEPS))), [(40,), (2, 3)])
    assert ones.tolist() == ONES.tolist()
    assert steps.tolist() == STEPS.tolist()


def test_a_copy_may_reach_into_what_it_writes_itself():
    content = pickled(ONES)
    start, length = content.index(ONES.tobytes()) + 4, ONES.nbytes - 4
    head, tail = content[:start], content[start + length :]
    copied = bytes([0xF0 | 15, len(head) - 15]) + head + (4).to_bytes(2, "little") + bytes([length - 4 - 15])
    [ones] = read_arrays(frame(copied + bytes([len(tail) << 4]) + tail), [(40,)])
    assert ones.tolist() == ONES.tolist()


def test_a_copy_may_reach_into_the_block_before():
    content = pickled(STEPS, STEPS)
    second = content.index(STEPS.tobytes(), content.index(STEPS.tobytes()) + 1)
    back = second - content.index(STEPS.tobytes())
    copy = bytes([0x0F]) + back.to_bytes(2, "little") + bytes([STEPS.nbytes - 4 - 15]) + bytes([0x20]) + b"e."
    first, again = read_arrays(frame(literal(content[:second]), copy), [(2, 3), (2, 3)])
    assert first.tolist() == again.tolist() == STEPS.tolist()


def test_a_block_that_is_not_compressed_is_taken_as_it_is():
    content = frame()[:7] + uncompressed(pickled(STEPS)) + bytes(4)
    assert read_arrays(content, [(2, 3)])[0].tolist() == STEPS.tolist()


@pytest.mark.parametrize(
    ("content", "shapes", "message"),
    [
        pytest.param(b"PK" + bytes(60), [(2, 3)], "does not begin as an LZ4 frame", id="another format"),
        pytest.param(frame(literal(pickled(STEPS))), [(2, 2)], "other sizes than the networks", id="too much"),
        pytest.param(frame(literal(pickled(STEPS))), [(9, 9)], "buffer", id="too little"),
        pytest.param(frame(literal(pickled(STEPS))), [(2, 3), (2, 3)], "not found", id="an array missing"),
        pytest.param(frame(b"\x00\x01\x00" + bytes(8)), [(2, 3)], "index out of range", id="a copy of nothing"),
    ],
)
def test_what_is_no_such_file_is_refused(content, shapes, message):
    with pytest.raises(ModelLoadError, match=f"no weights that joblib compressed with LZ4: .*{message}"):
        read_arrays(content, shapes)
