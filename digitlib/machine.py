"""What a run finds around it: the machine, the environment, and what Keras must be set to.

Imports neither NumPy nor Keras, which read the environment when they are imported.
"""

import os
import platform
import sys
from pathlib import Path

# Two trainings side by side, each on one thread, get through nearly twice as
# many steps a second as one training on two threads.
RUN_ENVIRONMENT = {
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "KERAS_BACKEND": "tensorflow",
    "KERAS_HOME": os.devnull,  # no folder, so there is no keras.json in it, and none is made
}

# What `keras.config` must say, and what to do if it does not. The file is keras.json in ~/.keras or KERAS_HOME.
_TAKE_IT_OUT = "take it out of ~/.keras/keras.json and restart Python, or call keras.config.set_{}({!r})"
_UNSET = "remove {} from the environment and restart Python"
_NEEDED = {
    "backend": ("tensorflow", "set KERAS_BACKEND=tensorflow before Python starts"),
    "floatx": ("float32", _TAKE_IT_OUT.format("floatx", "float32")),
    "image_data_format": ("channels_last", _TAKE_IT_OUT.format("image_data_format", "channels_last")),
    "epsilon": (1e-7, _TAKE_IT_OUT.format("epsilon", 1e-7)),
    "max_epochs": (None, _UNSET.format("KERAS_MAX_EPOCHS")),
    "max_steps_per_epoch": (None, _UNSET.format("KERAS_MAX_STEPS_PER_EPOCH")),
}


def ignore_keras_settings() -> None:
    """Hide the user's own settings of Keras from all that this process imports and starts from now on.

    With float16 or channels_first in ~/.keras/keras.json, or with
    KERAS_MAX_EPOCHS, results would differ without a warning.
    """
    for name in [name for name in os.environ if name.startswith("KERAS_")]:
        del os.environ[name]
    os.environ.update({name: value for name, value in RUN_ENVIRONMENT.items() if name.startswith("KERAS_")})


def check_keras() -> None:
    """Refuse settings of Keras that would change the book's networks.

    They may come from keras.json or the environment.

    Raises
    ------
    RuntimeError
        If there is such a setting. The message names it and says what to do.
    """
    from keras import config  # here, so that RUN_ENVIRONMENT can be made before it is imported

    for name, (expected, what_to_do) in _NEEDED.items():
        read = getattr(config, name, None)  # older releases have no limits to epochs and steps
        if read and (found := read()) != expected:
            raise RuntimeError(f"Keras is set to {name} = {found!r}; digitlib needs {expected!r}: {what_to_do}")


def count_cores() -> int:
    """Count the cores that this process may use.

    Returns
    -------
    int
    """
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def processor() -> str:
    """Name the processor, with the number of cores that this process may use.

    Returns
    -------
    str
        Such as ``"Intel(R) Xeon(R) CPU, 2 cores"``.
    """
    cores = count_cores()
    return f"{_processor_name()}, {cores} {'core' if cores == 1 else 'cores'}"


def peak_gigabytes(*, of_children: bool = False) -> float | None:
    """Look up the most memory that this process has ever held.

    On Linux a process begins with its parent's peak. So the parent must hold
    less than what you want to measure.

    Parameters
    ----------
    of_children : bool
        Ask not for this process, but for the largest of those that it has
        started and that have ended.

    Returns
    -------
    float or None
        In billions of bytes. Windows does not tell: None.
    """
    if sys.platform == "win32":
        return None
    from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

    unit = 1 if sys.platform == "darwin" else 1_024  # macOS reports bytes, Linux kibibytes
    return getrusage(RUSAGE_CHILDREN if of_children else RUSAGE_SELF).ru_maxrss * unit / 1e9


def _processor_name() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_bytes().decode("utf-8", "replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
