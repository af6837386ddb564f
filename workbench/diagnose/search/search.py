"""`search`: which preprocessing was this model trained with?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.diagnose.search.asking import Asking, AskingHere
from workbench.diagnose.search.asking_cluster import AskingCluster
from workbench.diagnose.search.frame_colors import cast
from workbench.diagnose.search.halving import MANY, Halving, spread
from workbench.diagnose.search.needs import needed
from workbench.diagnose.search.network import Network
from workbench.diagnose.search.prior import families, log_prior
from workbench.diagnose.search.progress import Progress, Told
from workbench.diagnose.search.ranking import ranked
from workbench.diagnose.search.repeats import repeats
from workbench.diagnose.search.result import SearchResult
from workbench.diagnose.search.sameness import same_colorings, same_geometries
from workbench.diagnose.search.space import Axes, Space, axes, default_space
from workbench.diagnose.search.table import Prior
from workbench.diagnose.search.tensors import Tensors
from workbench.errors import InvalidValue
from workbench.frames import open_frames
from workbench.frames.frame import FrameSequence
from workbench.inference import predict
from workbench.inference.segments.held_model import ModelFile
from workbench.inference.sources import Source
from workbench.models import Model, load_model
from workbench.models.contract import Contract, contract
from workbench.recipes import Recipe

if TYPE_CHECKING:
    from workbench.cluster import Cluster

Reference = Mapping[str, np.ndarray] | np.ndarray | tuple[Recipe, Any]
BUDGET = 512


def search(  # noqa: PLR0913 - the model, the frames, and what else is known, each by name
    model: Model | Any,
    frames: Source,
    *,
    labels: Sequence[int] | np.ndarray | None = None,
    reference: Reference | None = None,
    recipe: Recipe | None = None,
    space: Space | None = None,
    budget: int = BUDGET,
    cluster: Cluster | None = None,
    progress: bool | Told = True,
) -> SearchResult:
    """Search the preprocessing a model was trained with, by what it says of itself and what it makes of frames.

    The evidence, as far as there is any: the model's contract, what its BatchNormalization layers keep of training,
    reference outputs, labels, and, weakest, how sure the answers are. What these frames cannot decide comes back as a
    tie, and recipes that cannot be told apart as one; frames of the model's own domain decide most.

    Args:
        model: a Model, or anything `load_model` takes. One input, which takes pictures.
        frames: an opened sequence, or anything `open_frames` takes that has an end; 16 do, more than 64 are thinned
            out evenly, and those that show the same, as neighbours in a clip do, count as one.
        labels: true class index of each frame, where known.
        reference: raw outputs on the same frames from where the model does work, (N, ...) of the only output or by
            output name; or the (recipe, model) that gives them.
        recipe: the slots that are not searched; by default, and where they contradict the model, as its contract says.
        space: slot -> choices; by default colour, range, fit, resize and rounding.
        budget: the most recipes that are run; a budget of the whole space or more searches all of it on all frames.
        cluster: where the network is run, see `open_cluster`, by default here; the model has to be given by name then.
        progress: show a bar; or a function of (recipes done, at most, what is being done), which may return False to
            stop. It is asked before each picture and each batch (on a cluster: each job); loading the model, its
            first run and the making of a reference cannot be stopped halfway. At most is 0 until that is known.

    Raises:
        InvalidValue: labels or reference that do not fit, a model without one input for pictures, no finite output
            for any recipe, or a budget below the combinations of color and range.
        UnknownName: a slot or choice in `space` that nobody knows.
        InputMismatch: the recipes' tensors do not fit the model, or the reference not its outputs.
        SearchCancelled, ClusterError: `progress` returned False; a worker cannot run the network, or all are gone.

    Example:
        search("sample:cifar10-cnn", "sample:cifar-20").verdict
    """
    with Progress(progress) as told:
        told.stage("the model")
        named = None if cluster is None else ModelFile.named(model)
        model = load_model(model)
        said, source = _expect_pictures(model), _opened(frames)
        chosen = list(spread(len(source), MANY))
        classes, outputs = _checked_labels(labels, source, chosen), _outputs(reference, source, chosen, model=model)
        told.stage("the frames")
        base = said.applied_to(recipe or Recipe(size=None))
        tensors = Tensors(source, chosen, pause=told.pause)
        pictures = tensors.pictures(base)
        network = Network(model, labels=classes, reference=outputs, repeated=repeats(pictures), pause=told.pause)
        asking: Asking = AskingHere(network.measuring, tensors)
        if cluster is not None and named is not None:
            asking = AskingCluster(cluster, named, tensors, pause=told.pause)
        searched = axes(base, dict(space) if space is not None else default_space(base, pictures))
        return _searched(network, tensors, searched, contract=said, budget=budget, progress=told, asking=asking)


def _searched(  # noqa: PLR0913 - private, and each by name
    network: Network,
    tensors: Tensors,
    space: Axes,
    *,
    contract: Contract,
    budget: int,
    progress: Progress,
    asking: Asking,
) -> SearchResult:
    progress.stage("recipes that differ")
    colorings, geometries = (alike(space, tensors, progress) for alike in (same_colorings, same_geometries))
    log = log_prior(space, contract)
    prior = Prior(
        np.array([log[list(each.members)].max() for each in colorings]),
        families(space, colorings),
        np.array([len(each.members) for each in geometries]),
        cast(tensors.pictures(space.base)),
    )
    search = Halving(space, colorings, geometries, tensors, network, prior, budget, progress, asking)
    rounds = search.run()
    ranking = ranked(search)
    result = SearchResult(
        model=network.model.name,
        ranking=ranking,
        searched=tuple(space.searched),
        frames=len(rounds[-1].places),
        recipes=len(space),
        ran=search.ran,
        needs="",
    )
    return result if result.decided else _with_needs(result, search)


def _expect_pictures(model: Model) -> Contract:
    said = contract(model)
    if said.input is None or len(model.inputs) > 1:
        listed = "; ".join(map(str, model.inputs)) or "none"
        raise InvalidValue(
            f"{model.name}: a search needs a model of one input, which takes pictures; it has {len(model.inputs)} "
            f"({listed}); wrap it so that the others are constant"
        )
    return said


def _opened(frames: Source) -> FrameSequence:
    source = open_frames(frames)
    if not isinstance(source, FrameSequence):
        raise InvalidValue(f"{source.origin}: a stream has no end; give take(source, limit=16)")
    return source


def _checked_labels(
    labels: Sequence[int] | np.ndarray | None, source: FrameSequence, chosen: list[int]
) -> np.ndarray | None:
    """Return the labels of the chosen frames."""
    if labels is None:
        return None
    classes = np.asarray(labels)
    if classes.shape != (len(source),) or classes.dtype.kind not in "iu":
        raise InvalidValue(
            f"labels are one class index (a whole number) for each of {len(source)} frames; got {classes.shape} "
            f"{classes.dtype}"
        )
    if classes.min() < 0:
        raise InvalidValue(f"label {int(classes.min())} is below 0; class indices count from 0")
    return np.asarray(classes[chosen])


def _outputs(
    reference: Reference | None, source: FrameSequence, chosen: list[int], *, model: Model
) -> dict[str, np.ndarray] | None:
    """Return the reference outputs of the chosen frames."""
    if reference is None:
        return None
    if isinstance(reference, tuple):
        found: Mapping[str, np.ndarray] = predict(source, *reference, boxes=None, progress=False).outputs
    elif isinstance(reference, Mapping):
        found = reference
    elif len(model.outputs) > 1:
        names = ", ".join(spec.name for spec in model.outputs)
        raise InvalidValue(f"{model.name} has the outputs {names}; give reference as a mapping from name to array")
    else:
        found = {model.outputs[0].name if model.outputs else "output": np.asarray(reference)}
    arrays = {name: np.asarray(values, dtype=np.float64) for name, values in found.items()}
    for name, values in arrays.items():
        if values.ndim == 0 or len(values) != len(source):
            raise InvalidValue(f"reference output {name!r} is {values.shape}; one row for each of {len(source)} frames")
        if not np.isfinite(values).any():
            raise InvalidValue(f"reference output {name!r} holds nothing but NaN or Inf; give outputs that are right")
    return {name: values[chosen] for name, values in arrays.items()}


def _with_needs(result: SearchResult, search: Halving) -> SearchResult:
    """Add what would decide between the two best candidates."""
    from dataclasses import replace

    last = search.rounds[0] if len(search.rounds) == 1 else search.rounds[-1]
    order = sorted(zip(last.probability, last.cells, strict=True), reverse=True)
    best = order[0][1]
    second = next((cell for _, cell in order if cell[0] != best[0]), order[min(1, len(order) - 1)][1])
    return replace(result, needs=needed(search.network, last, (best[0], 0), (second[0], 0)))
