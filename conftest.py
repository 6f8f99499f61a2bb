import os

from single_run import SETTINGS

# Before anything imports NumPy or Keras: tests run side by side, so one thread each, and no settings of the user's own.
os.environ.update(SETTINGS)

pytest_plugins = ["nbval_tolerance"]
