"""Why frames cannot decide a slot, and which probe picture would."""

from __future__ import annotations

from typing import Any

from workbench.diagnose.identify.pictures import Pictures


def reasons(pictures: Pictures, undecided: dict[str, tuple[Any, ...]]) -> dict[str, str]:
    """Return slot -> one sentence for each slot left open."""
    return {slot: _reason(pictures, slot) for slot in undecided}


def _reason(pictures: Pictures, slot: str) -> str:
    facts = [pictures.facts(i) for i in range(len(pictures))]
    if slot == "decode" and not any(fact.jpeg for fact in facts):
        return "no frame is a JPEG, and decoders agree on what is lossless; probe: chroma.jpg"
    if slot == "decode":
        return "these decoders give the same pixels of these files"
    if slot == "exif":
        return "no frame has an EXIF orientation; probe: orientation_6.jpg"
    return SENTENCES[slot]


SENTENCES = {
    "rotate": "the frames look the same when they are turned; probe: orientation_1.jpg",
    "color": "the frames have no colour that tells the channels apart; probe: primaries.png",
    "fit": "the frames have the aspect ratio of the tensor; probes: grid_16x9.png, grid_9x16.png",
    "crop_fraction": "these fractions cut the same whole pixels; probe: zone_plate.png",
    "pad": "no frame is padded; probes: grid_16x9.png, grid_9x16.png",
    "resize": "these kernels give the same pixels at these sizes; probe: zone_plate.png",
    "rounding": "no fraction appears when these frames are resized; probe: zone_plate.png",
    "range": "the levels of these frames fall on the same numbers in these ranges; probe: ramps.png",
    "order": "a linear range before or after a linear resize gives the same numbers to float noise",
}
