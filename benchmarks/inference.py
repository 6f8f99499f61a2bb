"""How many digits a second does the book's CNN read, and what do smaller files cost in accuracy?

    python benchmarks/inference.py [--quick] [--accept]

Batches of 1, 32 and 1,024 images through Keras's predict, the model called
directly, a compiled function, LiteRT, and ONNX Runtime where it is installed
(pip install onnxruntime tf2onnx); the book's own table needs it. The ways take
turns; printed are medians. Then the file sizes and the test accuracy of LiteRT's
float32, float16 and int8.
"""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pandas as pd
import tensorflow as tf

from benchmarking import installed, leave_out, make_parser
from digitlib import data, reference
from digitlib.machine import processor
from digitlib.speed import graphs

BATCHES = (1, 32, 1_024)
SECONDS_A_TURN = 0.5  # eight calls of predict with 1,024 images, far more of all others
TURNS = 5  # the fewest whose median lets two bad ones pass
ONNX = ("onnxruntime", "tf2onnx")

Read = Callable[[np.ndarray], np.ndarray]


def main() -> None:
    parser = make_parser(__doc__, quick="one short turn, 100 test images: does it run?")
    options = parser.parse_args()
    missing = {} if installed(*ONNX) else {"ONNX Runtime": " ".join(ONNX)}
    leave_out(missing, parser, accept=options.accept)
    model = reference.load_model("cnn")
    (X_train, _), (X_test, y_test) = data.load_mnist()
    count = 100 if options.quick else len(X_test)
    images, labels = data.scale_pixels(X_test[:count]), y_test[:count]
    files = lite_files(model, data.scale_pixels(X_train[:500]))
    rates = measure(ways(model, files["float32"]), data.scale_pixels(X_test), 1 if options.quick else TURNS)
    formats = pd.DataFrame([{"format": name} | describe(content, images, labels) for name, content in files.items()])
    print("images a second, by images a batch:")
    print(rates.pivot(index="way", columns="batch_size", values="rate").round().to_string())
    print(formats.to_string(index=False))
    if options.accept:
        reference.save_timings(rates.assign(processor=processor()), "inference")
        reference.save_timings(formats, "formats")


def ways(model, lite: bytes) -> dict[str, Read]:
    """Ways from a batch of images to its probabilities."""
    compiled = tf.function(model, reduce_retracing=True)
    found = {
        "model.predict": lambda images: model.predict(images, batch_size=1_024, verbose=0),
        "model(images)": lambda images: model(images).numpy(),
        "compiled function": lambda images: compiled(images).numpy(),
        "LiteRT": lite_reader(lite),
    }
    if installed(*ONNX):
        found["ONNX Runtime"] = onnx_reader(model)
    return found


def measure(ways: dict[str, Read], images: np.ndarray, turns: int) -> pd.DataFrame:
    """Median images a second (``rate``) of each ``way`` and ``batch_size``."""
    rows = []
    for _ in range(turns):
        for size in BATCHES:
            for name, read in ways.items():
                read(images[:size])  # the first call of a size may compile
                rows.append({"way": name, "batch_size": size, "rate": rate(read, images, size)})
    return pd.DataFrame(rows).groupby(["way", "batch_size"], sort=False, as_index=False).median()


def rate(read: Read, images: np.ndarray, size: int) -> float:
    """Images a second over one turn."""
    done, begin = 0, time.perf_counter()
    while time.perf_counter() - begin < SECONDS_A_TURN:
        start = done % (len(images) - size)
        read(images[start : start + size])
        done += size
    return done / (time.perf_counter() - begin)


def lite_files(model, typical: np.ndarray) -> dict[str, bytes]:
    """The network in LiteRT's format: as it is, with weights of 16 bits, and computing in integers of 8 bits."""
    plain, half, integer = (tf.lite.TFLiteConverter.from_keras_model(model) for _ in range(3))
    half.optimizations = integer.optimizations = [tf.lite.Optimize.DEFAULT]
    half.target_spec.supported_types = [tf.float16]
    integer.representative_dataset = lambda: ([image[np.newaxis]] for image in typical)
    integer.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    return {"float32": plain.convert(), "float16": half.convert(), "int8": integer.convert()}


def lite_reader(content: bytes) -> Read:
    if installed("ai_edge_litert"):
        from ai_edge_litert.interpreter import Interpreter
    else:
        Interpreter = tf.lite.Interpreter
    interpreter = Interpreter(model_content=content, num_threads=graphs.count_cores())
    given, made = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]
    size = None

    def read(images: np.ndarray) -> np.ndarray:
        nonlocal size
        if len(images) != size:
            size = len(images)
            interpreter.resize_tensor_input(given, images.shape)
            interpreter.allocate_tensors()
        interpreter.set_tensor(given, images)
        interpreter.invoke()
        return interpreter.get_tensor(made)

    return read


def onnx_reader(model) -> Read:
    import onnxruntime

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "cnn.onnx")
        model.export(path, format="onnx", verbose=False)
        session = onnxruntime.InferenceSession(path.read_bytes())
    name = session.get_inputs()[0].name
    return lambda images: session.run(None, {name: images})[0]


def describe(content: bytes, images: np.ndarray, labels: np.ndarray) -> dict:
    """Size of the file and accuracy of what it holds."""
    read = lite_reader(content)
    predicted = np.concatenate([read(images[start : start + 100]) for start in range(0, len(images), 100)])
    return {"kilobytes": len(content) / 1_000, "right": int((predicted.argmax(axis=1) == labels).sum())}


if __name__ == "__main__":
    main()
