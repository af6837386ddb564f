"""`train(seed)`: one network of the zoo, from the cache or trained now."""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from workbench.models.tensorflow.runtime import import_tensorflow
from workbench.recipes import Recipe

from .draws import Config, draw_config, draw_pictures, draw_recipe
from .network import build, fit
from .pictures import FIRST_KEPT_ASIDE, Pictures, folder, make_pictures

TUNING = range(20)
KEPT_ASIDE = range(FIRST_KEPT_ASIDE, FIRST_KEPT_ASIDE + 40)
# The network of an attempt is kept when it is right on this share of the held-out pictures; the rule looks at nothing
# else, and the preprocessing stays through all attempts. Chance is 0.1 for digits and 0.14..0.25 for scenes.
ENOUGH = {"digits": 0.9, "digits_on_photos": 0.5, "scenes": 0.5}
ATTEMPTS = 3


@dataclass(frozen=True, eq=False)
class Trained:
    """One trained network, with the truth about it."""

    seed: int
    path: Path  # .keras
    recipe: Recipe  # what it was trained under
    labels: tuple[str, ...]  # class names
    frames: np.ndarray  # (N, H, W, 3) uint8 RGB, held out
    truth: np.ndarray  # (N,) int64, the class of each frame
    domain: str
    accuracy: float  # on `frames`, under `recipe`
    config: Config
    attempts: int  # which draw of the network it is, from 1
    seconds: float  # what training took

    @property
    def has_norm(self) -> bool:
        """Tell whether the network has BatchNormalization."""
        return self.config.norm != "none"


def train(seed: int) -> Trained:
    """Return the network of a seed; trained at the first call, a matter of seconds, and kept in the cache."""
    place = folder() / _version() / str(seed)
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent) as work:
            _train(seed, Path(work) / "whole")
            (Path(work) / "whole").rename(place)  # a fit that is stopped leaves nothing behind
    facts = json.loads((place / "facts.json").read_text(encoding="utf-8"))
    facts["config"] = Config(**facts["config"] | {"widths": tuple(facts["config"]["widths"])})
    facts["recipe"] = Recipe.from_dict(facts["recipe"])
    facts["labels"] = tuple(facts["labels"])
    with np.load(place / "held.npz") as held:
        return Trained(seed=seed, path=place / "model.keras", **facts, **held)


def _train(seed: int, place: Path) -> None:
    """Draw networks until one has learned enough, the best of ATTEMPTS otherwise; write it with all about it."""
    import_tensorflow()
    import keras

    place.mkdir()
    domain, shape = draw_pictures(seed)
    pictures = make_pictures(seed, domain, shape)
    recipe = draw_recipe(seed, domain, pictures)
    tensors, start, best = recipe.batch(pictures.learned), time.perf_counter(), -1.0
    facts: dict[str, Any] = {"domain": domain, "recipe": recipe.to_dict(), "labels": pictures.labels}
    for attempt in range(ATTEMPTS):
        keras.utils.set_random_seed(seed * ATTEMPTS + attempt)
        config = draw_config(seed, attempt)
        model = build(config, tensors.shape[1:], len(pictures.labels))
        fit(model, config, tensors, pictures.learned_truth)
        accuracy = _accuracy(model, recipe, pictures)
        if accuracy > best:
            best = accuracy
            model.save(place / "model.keras")
            facts |= {"accuracy": accuracy, "config": asdict(config), "attempts": attempt + 1}
        keras.backend.clear_session()
        if accuracy >= ENOUGH[domain]:
            break
    facts["seconds"] = round(time.perf_counter() - start, 1)
    np.savez_compressed(place / "held.npz", frames=pictures.held, truth=pictures.held_truth)
    (place / "facts.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")


def _accuracy(model: Any, recipe: Recipe, pictures: Pictures) -> float:
    answers = model.predict(recipe.batch(pictures.held), verbose=0).argmax(axis=1)
    return float(np.mean(answers == pictures.held_truth))


def _version() -> str:
    """Return a name for all that decides what a seed gives: this code, Keras and TensorFlow."""
    digest = hashlib.sha256(f"keras {version('keras')} tensorflow {version('tensorflow')}".encode())
    for name in ("pictures.py", "draws.py", "network.py", "train.py"):
        digest.update(Path(__file__).with_name(name).read_bytes())
    return digest.hexdigest()[:12]
