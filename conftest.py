import os

from digitlib.machine import RUN_ENVIRONMENT, ignore_keras_settings

# Before anything imports NumPy or Keras: tests run side by side, so one thread each, and no settings of the user's own.
ignore_keras_settings()
os.environ.update(RUN_ENVIRONMENT)

pytest_plugins = ["pipeline.nbval_plugin"]
