"""Thousands of damaged files, opened as a user opens them: the process lives, and what is said holds.

A file whose SHA-256 lies in a SHA256SUMS beside it is never taken for another. Without one, what is cut short is told,
and of other damage as much as the format's checksums and the decoder see; the rest is counted here.
"""

from dataclasses import replace

import pytest

from tests.faults.long.damaged import ENDED, counted, cut_short, open_damaged
from tests.faults.long.mutations import CUT
from tests.faults.long.originals import originals
from tests.faults.long.user import MEMORY_MB, UserProcess

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

FORMATS = {  # ending, decoder -> mutations with --long, and without; ../models damages Keras files in any case
    ("jpg", "cv2"): (800, 8),
    ("jpg", "pil"): (600, 8),
    ("png", "cv2"): (600, 8),
    ("png", "pil"): (500, 8),
    ("mp4", "cv2"): (500, 6),
    ("mp4", "pyav"): (300, 6),
    ("avi", "cv2"): (400, 6),
    ("avi", "pyav"): (300, 6),
    ("keras", ""): (400, 0),
    ("h5", ""): (200, 0),
    ("tflite", ""): (300, 3),
    ("onnx", ""): (100, 0),
    **{(ending, "cv2"): (100, 0) for ending in ("webp", "tiff", "gif", "bmp", "webm", "mkv", "ts")},
}
OWN = ("__autograph_generated_file", "__pycache__")  # TensorFlow's, until the process ends
TOTAL = sum(long for long, _ in FORMATS.values())


FAULTS = {  # test -> what goes in
    "test_what_is_cut_short_is_told": "cut short",
    "test_no_damage_passes_a_recorded_hash": "damaged, with its SHA-256 in SHA256SUMS",
    "test_no_damage_harms_the_process_and_what_is_refused_is_refused_in_one_line": "damaged, with no hash recorded",
}


def pytest_generate_tests(metafunc):
    """Have every format damaged; ids read as what goes in."""
    if fault := FAULTS.get(metafunc.function.__name__):
        long = metafunc.config.getoption("--long")
        formats = [how for how, (_, short) in FORMATS.items() if long or short]
        names = [" by ".join(filter(None, how)) for how in formats]
        metafunc.parametrize("how", formats, ids=[f"{name} {fault}" for name in names])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("mutations")


@pytest.fixture(scope="module")
def user(folder):
    (folder / "temporary").mkdir()
    with UserProcess(folder / "log.txt", {"TMPDIR": str(folder / "temporary")}) as process:
        yield process


@pytest.fixture(scope="module")
def outcomes(request, folder, user):
    """Return a function: ending, decoder -> what came of every damaged file; they are opened at the first call."""
    long, found = request.config.getoption("--long"), {}

    def of(how):
        if how not in found:
            ending, decode = how
            files = [replace(file, decode=decode) for file in originals(ending, folder, converted=long)]
            if not long and files[0].photo:  # a model takes a second to load
                files = files[-1:]
            found[how] = list(open_damaged(files, FORMATS[how][0 if long else 1], user, folder))
        return found[how]

    return of


@pytest.fixture
def tell(request, told):
    """Tell a row, of a whole run only."""
    return told if request.config.getoption("--long") else lambda outcome, seen: None


def test_what_is_cut_short_is_told(how, outcomes, tell):
    cut = cut_short(outcomes(how))
    assert [str(outcome) for outcome in cut if outcome.came not in ("refused", "flagged")] == []
    tell("refused", counted(cut))


def test_no_damage_passes_a_recorded_hash(how, outcomes, tell):
    found = outcomes(how)
    assert [str(outcome) for outcome in found if outcome.recorded.outcome != "refused"] == []
    tell("refused", f"of {len(found):,}: {len(found):,} refused")


def test_no_damage_harms_the_process_and_what_is_refused_is_refused_in_one_line(how, outcomes, tell):
    found = outcomes(how)
    assert [str(outcome) for outcome in found if outcome.came in ENDED] == []
    assert [str(outcome) for outcome in found if not outcome.plain.said.isprintable()] == []
    assert max(outcome.plain.grown_mb for outcome in found) < MEMORY_MB
    changed = [outcome for outcome in found if outcome.kind != CUT]
    untold = any(outcome.came in ("printed", "other") for outcome in changed)
    tell("untold" if untold else "refused", counted(changed))


def test_one_process_opens_them_all_and_nothing_is_left(request, folder, user, outcomes, tell):
    long = request.config.getoption("--long")
    for how, (_, short) in FORMATS.items():
        if long or short:
            outcomes(how)
    assert user.starts == 1
    assert user.children() == []
    assert [path for path in (folder / "temporary").rglob("*") if not path.name.startswith(OWN)] == []
    tell("harmless", f"{TOTAL:,} damaged files later the process still runs; no process and no file of theirs is left")
