"""SavedModels and frozen graphs made by TensorFlow itself, for the tests of this folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

WEIGHTS = np.arange(16, dtype=np.float32).reshape(4, 4)


def tensorflow() -> Any:
    from workbench.models.tensorflow.runtime import import_tensorflow

    return import_tensorflow()


def module(function: Any, *specs: Any, **members: Any) -> Any:
    """Return a `tf.Module` whose `__call__` is `function(module, *tensors)` for these specs."""
    tf = tensorflow()

    class Module(tf.Module):
        def __init__(self) -> None:
            for name, value in members.items():
                setattr(self, name, value)

        @tf.function(input_signature=specs)
        def __call__(self, *tensors):
            return function(self, *tensors)

    return Module()


def save(folder: Path, function: Any, *specs: Any, **members: Any) -> Path:
    """Save such a module with its call as the only signature."""
    made = module(function, *specs, **members)
    tensorflow().saved_model.save(made, str(folder), signatures=made.__call__)
    return folder


def pair_of_signatures(folder: Path) -> Path:
    """Save a SavedModel with the signatures `detect` (a table from an asset inside) and `scale` (two inputs)."""
    tf = tensorflow()
    names = folder.with_name("names.txt")
    names.write_text("red\ngreen\nblue\n", encoding="utf-8")

    class Pair(tf.Module):
        def __init__(self) -> None:
            self.gain = tf.Variable(2.0)
            lines = tf.lookup.TextFileIndex.LINE_NUMBER, tf.lookup.TextFileIndex.WHOLE_LINE
            reader = tf.lookup.TextFileInitializer(str(names), tf.int64, lines[0], tf.string, lines[1])
            self.table = tf.lookup.StaticHashTable(reader, "none")

        @tf.function(input_signature=[tf.TensorSpec([1, None, None, 3], tf.uint8, name="image")])
        def detect(self, image):
            mean = tf.reduce_mean(tf.cast(image, tf.float32), [1, 2]) * self.gain
            return {"mean": mean, "color": self.table.lookup(tf.argmax(mean, 1))}

        @tf.function(input_signature=[tf.TensorSpec([None, 2], name="x"), tf.TensorSpec([None, 2], name="less")])
        def scale(self, x, less):
            return {"scaled": self.gain * x - less}

    pair = Pair()
    tf.saved_model.save(pair, str(folder), signatures={"detect": pair.detect, "scale": pair.scale})
    return folder


def tensorflow_1(folder: Path, frozen: Path) -> None:
    """Write `a @ WEIGHTS - 2 b` and a table's class of it: a TensorFlow 1 SavedModel, and its frozen graph."""
    tf = tensorflow()
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        a, b = (v1.placeholder(tf.float32, [None, 4], name=name) for name in "ab")
        answer = tf.subtract(a @ v1.get_variable("v", initializer=WEIGHTS, use_resource=False), 2 * b, name="answer")
        keys, values = tf.range(4, dtype=tf.int64), tf.range(10, 14, dtype=tf.int64)
        table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(keys, values), -1)
        classes = table.lookup(tf.argmax(answer, 1))
        session.run([v1.global_variables_initializer(), v1.tables_initializer()])
        outputs = {"answer": answer, "class": classes}
        v1.saved_model.simple_save(
            session, str(folder), {"b": b, "a": a}, outputs, legacy_init_op=v1.tables_initializer()
        )
        constant = v1.graph_util.convert_variables_to_constants(session, session.graph_def, ["answer"])
        frozen.write_bytes(constant.SerializeToString())
