pytest_plugins = ["nbval_tolerance"]
