"""`open_recording`: a recorded live session, whether it ended or was killed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import InvalidValue, UnreadableSource
from workbench.frames import open_frames
from workbench.frames.frame import FrameSequence
from workbench.frames.partial import note_damage
from workbench.readable import one_line
from workbench.recipes import Recipe
from workbench.recording.journal import FORMAT, Line, read_line, read_lines
from workbench.recording.kept_frames import Kept, KeptFrames
from workbench.recording.session import moment_of, recipe_of

if TYPE_CHECKING:
    import pandas as pd

WHERE = ("number", "captured", "time_s", "age_s", "origin", "segment", "frame")  # columns as the lines have them
COLUMNS = (*WHERE, "label", "probability", "boxes", "dropped", "recipe")  # in every table
Noted = dict[str, Any] | None


@dataclass(slots=True)
class Told:
    """What the lines of a recording tell, without the raw outputs."""

    session: Line = field(default_factory=dict)
    results: list[Line] = field(default_factory=list)
    places: list[int] = field(default_factory=list)  # where the line of each result starts, in bytes
    recipes: list[Noted] = field(default_factory=list)  # of each result
    formats: list[Noted] = field(default_factory=list)  # how the boxes of each result were read
    states: list[Line] = field(default_factory=list)
    moments: list[Line] = field(default_factory=list)
    end: Line | None = None


class Recording(AbstractContextManager["Recording"]):
    """A recorded live session; made by `open_recording`.

    Attributes:
        folder: where it lies.
        session: what it stood on: origin, policy, model, recipe, versions, when it started.
        states: the changes of the source's state, each with its time.
        moments: the stream second by second, as `StreamStats.timeline`.
        end: how it ended, with the counts of stream and recorder; None where the process was killed.
    """

    def __init__(self, folder: Path, told: Told) -> None:
        self.folder, self._told = folder, told
        self.session, self.states, self.end = told.session, told.states, told.end
        self.moments = tuple(moment_of(line) for line in told.moments)

    def __repr__(self) -> str:
        return one_line(f"<Recording {self.folder}: {len(self)} results, {'ended' if self.end else 'cut off'}>")

    def __len__(self) -> int:
        """The number of results, with or without their frame."""
        return len(self._told.results)

    @cached_property
    def frames(self) -> FrameSequence:
        """The frames as the model was fed them, one a result; the last second of a killed session has none.

        Raises:
            UnreadableSource: a file of frames is missing.
        """
        names = list(dict.fromkeys(line["segment"] for line in self._told.results))
        opened = (self._segment(name, last=name == names[-1]) for name in names)
        segments = [segment for segment in opened if segment is not None]
        lengths = dict(zip(names, map(len, segments), strict=False))
        kept = [
            Kept(names.index(line["segment"]), *(line[key] for key in ("frame", "number", "time_s", "origin")))
            for line in self._told.results
            if line["frame"] < lengths.get(line["segment"], 0)
        ]
        return KeptFrames(segments, kept, origin=str(self.folder))

    @property
    def lost(self) -> int:
        """Results whose frame is not on disk: those of the last second of a killed session."""
        return len(self) - len(self.frames)

    @cached_property
    def results(self) -> pd.DataFrame:
        """One row a result: number, times, answer, what had been dropped until then, and where its frame is.

        `label`, `probability` are the best class, or the surest box; `recipe` counts the recipes from 0.
        """
        import pandas as pd

        numbers = self._recipe_numbers()
        rows = [_row(line) | {"recipe": numbers[at]} for at, line in enumerate(self._told.results)]
        table = pd.DataFrame(rows, columns=None if rows else COLUMNS)
        table["captured"] = pd.to_datetime(table["captured"], format="ISO8601", utc=True)
        table["dropped"] = table["dropped"].ffill().fillna(0).astype(int)
        table["kept"] = np.arange(len(table)) < len(self.frames)  # what is lost was last
        return table

    @cached_property
    def recipes(self) -> tuple[Recipe | str | None, ...]:
        """The recipes in the order they came: of a function its name, None for pictures only."""
        found = [self._told.recipes[0]] if self._told.recipes else [self.session["recipe"]]
        found += [now for before, now in zip(self._told.recipes, self._told.recipes[1:], strict=False) if now != before]
        return tuple(recipe_of(plain) or (plain["function"] if plain else None) for plain in found)

    @property
    def recipe(self) -> Recipe | str | None:
        """The recipe of the session.

        Raises:
            InvalidValue: it was switched on the way.
        """
        if len(self.recipes) > 1:
            raise InvalidValue(
                f"{self.folder}: the recipe was switched {len(self.recipes) - 1} times; take .recipes[i]"
            )
        return self.recipes[0]

    @property
    def model(self) -> str | None:
        """What `load_model` takes to load the model again; None where it came from no file, or there was none."""
        return (self.session["model"] or {}).get("origin")

    @property
    def labels(self) -> tuple[str, ...] | None:
        """The model's class names, where known."""
        labels = (self.session["model"] or {}).get("labels")
        return None if labels is None else tuple(labels)

    def lines(self) -> Iterator[Line]:
        """Yield every result in full, with its answer and raw outputs, as `results.jsonl` holds it."""
        return (read_line(self.folder, place) for place in self._told.places)

    def format_at(self, index: int) -> Noted:
        """Return how the boxes of result `index` were read; None where it had none."""
        return self._told.formats[index]

    def recipe_at(self, index: int) -> Noted:
        """Return the recipe of result `index` as its line holds it."""
        return self._told.recipes[index]

    def close(self) -> None:
        """Release the files of the frames."""
        if "frames" in self.__dict__:
            self.frames.close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def _segment(self, name: str, *, last: bool) -> FrameSequence | None:
        """Open a file of frames; None where the last one was killed before its first piece was whole."""
        try:
            opened = open_frames(self.folder / name, allow_damaged=True)
            assert isinstance(opened, FrameSequence)
            len(opened)
        except UnreadableSource:
            if last and self.end is None:
                return None
            raise
        return opened

    def _recipe_numbers(self) -> list[int]:
        numbers, number = [], -1
        before: Noted | str = "none yet"
        for now in self._told.recipes:
            number += now != before
            numbers.append(number)
            before = now
        return numbers


def open_recording(folder: str | Path) -> Recording:
    """Open what `Recorder` wrote; of a session that was killed, all that is whole.

    Example:
        >>> with open_recording("recordings/tuesday") as recording:                             # doctest: +SKIP
        ...     recording.results.tail()
        ...     FrameViewer(recording.frames, recording.recipe)

    Warns:
        DamageWarning: its source was damaged; the report of a notebook that shows it is marked as partial.

    Raises:
        UnreadableSource: there is no recording, or its lines were changed.
    """
    folder = Path(folder).expanduser()
    told = Told()
    recipe: Noted = None
    boxes: Noted = None
    for place, line in read_lines(folder):
        kind = line["kind"]
        if not told.session:
            told.session = _session(line, folder)
            recipe = line["recipe"]
        elif kind == "result":
            line.pop("outputs", None)  # read again when they are wanted
            told.results.append(line)
            told.places.append(place)
            told.recipes.append(recipe)
            told.formats.append(boxes)
        elif kind == "recipe":
            recipe = line["now"]
        elif kind == "boxes":
            boxes = line["now"]
        elif kind == "state":
            told.states.append(line["now"])
        elif kind == "moment":
            told.moments.append(line)
        elif kind == "end":
            told.end = line
    if not told.session:
        raise UnreadableSource(f"{folder} holds no recording: the session was killed before its first line was whole")
    if damage := told.session.get("damaged"):
        note_damage(told.session["origin"], damage)
    return Recording(folder, told)


def _session(line: Line, folder: Path) -> Line:
    if line["kind"] != "session":
        raise UnreadableSource(f"{folder}: the first line is no session; it was changed after it was written")
    if line["format"] > FORMAT:
        raise UnreadableSource(
            f"{folder} was written by a newer workbench (format {line['format']}, this one reads {FORMAT}); update it"
        )
    return line


def _row(line: Line) -> dict[str, Any]:
    boxes, top = line.get("boxes"), line.get("top")
    surest = max(boxes, key=lambda box: box[4], default=None) if boxes is not None else None
    best = top[0] if top else [surest[6], surest[4]] if surest else [None, None]
    dropped = line.get("dropped")
    return {
        **{name: line[name] for name in WHERE},
        **{f"{stage}_s": taken for stage, taken in line["seconds"].items()},
        "label": best[0],
        "probability": best[1],
        "boxes": None if boxes is None else len(boxes),
        "dropped": None if dropped is None else sum(dropped.values()),
    }
