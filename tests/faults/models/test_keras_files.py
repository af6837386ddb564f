"""Keras files that are broken or hostile: each is refused in one line, before Keras opens it, and does nothing."""

import pytest

from tests.faults.models import hdf5_files as hdf5
from tests.faults.models import keras_files as made
from workbench import load_model

pytestmark = pytest.mark.slow


GET_FILE = made.function("keras.utils", "get_file")
LAMBDA, NO_PART = "Lambda layer, which is Python code", "no part of a model; it may be hostile"


@pytest.mark.parametrize(
    ("cause", "message"),
    [
        pytest.param(
            made.with_part("Lambda", {"function": made.python_code()}),
            LAMBDA,
            id="a .keras file with a Lambda layer",
        ),
        pytest.param(
            made.with_part(
                "TimeDistributed",
                {"layer": {"class_name": "Lambda", "config": {"function": made.python_code()}}},
            ),
            LAMBDA,
            id="a Lambda layer inside a wrapper's settings",
        ),
        pytest.param(
            made.with_part(
                "Lambda", {"function": made.python_code()}, module="mine.layers", registered_name="mine>Scale"
            ),
            LAMBDA,
            id="a Lambda layer under another registered name",
        ),
        pytest.param(
            made.with_setting(1, activation=made.python_code()),
            LAMBDA,
            id="marshalled code as an activation",
        ),
        pytest.param(made.calling(GET_FILE, "http://x/"), NO_PART, id="a Lambda layer that calls keras.utils.get_file"),
        pytest.param(
            made.calling(made.function("keras.config", "set_floatx"), "float16"),
            NO_PART,
            id="a Lambda layer that changes Keras' settings",
        ),
        pytest.param(
            made.calling(made.function("keras.saving", "KerasFileEditor"), "/etc/passwd"),
            NO_PART,
            id="a Lambda layer that opens another file",
        ),
        pytest.param(
            made.branching(made.function("keras.config", "set_image_data_format"), "channels_first"),
            NO_PART,
            id="an operation that is given a function to call",
        ),
        pytest.param(
            made.with_setting(1, kernel_initializer=made.function("os", "system")), NO_PART, id="os.system in a .keras"
        ),
        pytest.param(
            made.with_setting(1, kernel_initializer=made.function("builtins", "eval")),
            "the function eval, which is not known",
            id="eval in a .keras",
        ),
        pytest.param(
            made.with_part("get_file", {"fname": "x", "origin": "http://x/"}, module="keras.utils"),
            NO_PART,
            id="keras.utils.get_file as a layer",
        ),
        pytest.param(
            made.with_part("CSVLogger", {"filename": made.CANARY}, module="keras.callbacks"),
            NO_PART,
            id="a callback that writes files, as a layer",
        ),
        pytest.param(
            made.with_part("TFSMLayer", {"filepath": "/tmp/model", "call_endpoint": "serve"}),
            "TFSMLayer",
            id="a .keras file with a TFSMLayer",
        ),
        pytest.param(
            made.with_part("TorchModuleWrapper", {"module": "gASV"}), "pickled PyTorch", id="a pickled PyTorch module"
        ),
        pytest.param(
            made.with_part("StringLookup", {"vocabulary": "/etc/passwd"}), "'/etc/passwd'", id="StringLookup of a file"
        ),
        pytest.param(
            made.with_part("TextVectorization", {"vocabulary": ["a"], "idf_weights": "/etc/shadow"}),
            "'/etc/shadow'",
            id="TextVectorization of a file",
        ),
        pytest.param(
            made.with_part("Scale", {}, module="evil.layers", registered_name="evil>Scale"),
            "custom class",
            id="a class of a module that is not here",
        ),
    ],
)
def test_code(cause, message, refused_file):
    refused_file(cause, message)


@pytest.mark.parametrize(
    ("cause", "message"),
    [
        pytest.param(
            made.with_part("Lambda", {"function": made.python_code()}),
            LAMBDA,
            id="an .h5 file with a Lambda layer",
        ),
        pytest.param(
            made.with_part(
                "Lambda",
                {"function": list(made.python_code()["config"].values()), "function_type": "lambda"},
            ),
            LAMBDA,
            id="a Lambda layer as Keras 2 stored it",
        ),
        pytest.param(
            made.with_part("deserialize", {"config": GET_FILE}), NO_PART, id="a function of Keras as a layer of an .h5"
        ),
        pytest.param(
            made.with_part("TFSMLayer", {"filepath": "/tmp/model"}), "TFSMLayer", id="an .h5 file with a TFSMLayer"
        ),
        pytest.param(
            made.with_part("IntegerLookup", {"vocabulary": "/etc/passwd"}),
            "'/etc/passwd'",
            id="IntegerLookup of a file in an .h5",
        ),
    ],
)
def test_code_in_hdf5(cause, message, refused_file):
    refused_file(cause, message, suffix="h5")


@pytest.mark.parametrize(
    ("cause", "message"),
    [
        pytest.param(made.with_setting(1, filters=10**10), "of weights", id="a convolution of ten billion filters"),
        pytest.param(
            made.with_part("Embedding", {"input_dim": 10**9, "output_dim": 1000}), "of weights", id="a huge embedding"
        ),
        pytest.param(
            made.with_part("UpSampling2D", {"size": [10**5, 10**5]}, index=3), "of one picture", id="a picture blown up"
        ),
        pytest.param(made.doubling, "each doubles the model", id="Bidirectional layers, thirty in one another"),
        pytest.param(
            made.with_part("LSTM", {"units": 1, "unroll": True, "batch_shape": [None, 10**9, 1]}),
            "never ends",
            id="a recurrent layer written out over a billion steps",
        ),
        pytest.param(made.deep_text, "nested deeper", id="a configuration of 100,000 brackets"),
        pytest.param(made.nested(500), "nested deeper", id="lists in lists, 500 deep"),
        pytest.param(
            made.with_setting(
                1, bias_initializer={"class_name": "__numpy__", "config": {"value": "", "dtype": "S999999999"}}
            ),
            "array of the type",
            id="an array of one value of a gigabyte",
        ),
        pytest.param(
            made.with_config(lambda config: config["config"]["layers"].extend([made.RELU] * 120_000)),
            "parts, more than",
            id="a hundred and twenty thousand layers",
        ),
        pytest.param(made.long_config, "longer than 16 MB", id="a configuration of 70 MB of blanks"),
        pytest.param(made.bomb, "a zip bomb", id="a zip bomb beside the model"),
        pytest.param(made.overlapping, "overlap", id="a zip bomb of overlapping members"),
        pytest.param(
            hdf5.with_weights(hdf5.replaced(hdf5.zeros(chunks=(100, 1000)))),
            "claims",
            id="weights of 40 GB in a .keras",
        ),
    ],
)
def test_bombs(cause, message, refused_file):
    refused_file(cause, message)


@pytest.mark.parametrize(
    ("cause", "message"),
    [
        pytest.param(made.cut, "cut off", id="a .keras file cut in half"),
        pytest.param(lambda real, path: path.touch(), "empty", id="a .keras file of no bytes"),
        pytest.param(made.flipped, "is damaged", id="a .keras file with one bit of its weights flipped"),
        pytest.param(made.no_json, "no JSON", id="a .keras file whose configuration ends in the middle"),
        pytest.param(made.without(made.WEIGHTS), "no weights", id="a .keras file without weights"),
        pytest.param(made.numpy_weights, "never writes", id="a .keras file with NumPy weights"),
        pytest.param(made.adding("../../evil.py"), "zip slip", id="a member that leaves its folder"),
        pytest.param(made.adding("assets\\..\\..\\evil.py"), "zip slip", id="a member that leaves it with backslashes"),
        pytest.param(made.adding("/etc/cron.d/evil"), "zip slip", id="a member with an absolute path"),
        pytest.param(made.linked, "symbolic link", id="a member that is a symbolic link"),
        pytest.param(made.encrypted, "encrypted", id="an encrypted member"),
        pytest.param(made.twice, "more than once", id="two configurations in one .keras"),
        pytest.param(made.two_files_in_one, "rename it", id="an HDF5 file with a .keras behind it"),
        pytest.param(
            hdf5.with_weights(hdf5.replaced(lambda group, name: None)),
            "weights",
            id="a .keras file that lacks one weight",
        ),
        pytest.param(
            hdf5.with_weights(hdf5.replaced(lambda group, name: group.create_dataset(name, (2, 2), "f4"))),
            "weights",
            id="a .keras file with a weight of another shape",
        ),
    ],
)
def test_archives(cause, message, refused_file):
    refused_file(cause, message)


def test_a_keras_file_that_is_whole(real, folder, told):
    model = load_model(real["keras"])
    assert model.inputs[0].shape == (None, 64, 64, 1)
    told("harmless", "loads; looked at in a process of its own the first time, known by its SHA-256 from then on")


@pytest.mark.parametrize(
    "module",
    [
        pytest.param("keras_cv/__init__.py", id="a package beside the model, which Keras would import"),
        pytest.param("keras_hub/layers.py", id="a folder of code beside the model, which Keras would import"),
    ],
)
def test_packages_beside_the_model(real, folder, raised, monkeypatch, module):
    monkeypatch.syspath_prepend(folder)  # as a notebook has its own folder in front
    (folder / module).parent.mkdir()
    (folder / module).write_text(f"open({made.CANARY!r}, 'w').close()\n")
    path = folder / "model.keras"
    made.with_part("Scale", {}, module=module.removesuffix(".py").removesuffix("/__init__").replace("/", "."))(
        real["keras"], path
    )
    raised(lambda: load_model(path), message="not among the installed packages")
    assert not (folder / made.CANARY).exists()
    with pytest.raises(ValueError, match="not a KerasSaveable"):
        keras_saving().load_model(path)
    assert (folder / made.CANARY).exists()  # what Keras alone does with it


def keras_saving():
    import keras

    return keras.saving


def test_the_code_of_these_files_is_real(real, folder):
    """What the rows above hold back: with trust, it runs."""
    path = folder / "model.keras"
    made.with_part("Lambda", {"function": made.python_code()}, index=3)(real["keras"], path)
    load_model(path, trust=True)
    assert (folder / made.CANARY).exists()
