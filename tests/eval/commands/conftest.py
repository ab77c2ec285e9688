"""Lets tests import MTEB beside any torchvision."""

from eval.extra import open_mteb

open_mteb()  # before a test file imports it
