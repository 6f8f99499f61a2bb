"""What ``_config.yml`` says, and the addresses that follow from it."""

import copy
import functools
from urllib.parse import urlparse

import yaml

from digitlib.files import read_text
from pipeline.paths import ROOT

# What is parsed is remembered by its text, which is quick to read: a changed file is parsed anew, whenever it changed.
_parse_yaml = functools.cache(yaml.safe_load)


def configuration() -> dict:
    """What ``_config.yml`` says."""
    return copy.deepcopy(_parse_yaml(read_text(ROOT / "_config.yml")))


def repository() -> str:
    """The repository's address, which stands in ``_config.yml`` alone."""
    return configuration()["repository"]["url"].rstrip("/")


def colab(chapter: str) -> str:
    """Where a chapter opens in Colab."""
    account_and_name = urlparse(repository()).path.strip("/")
    branch = configuration()["repository"]["branch"]
    return f"https://colab.research.google.com/github/{account_and_name}/blob/{branch}/book/{chapter}.ipynb"
