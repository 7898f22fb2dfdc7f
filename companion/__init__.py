"""Companion: listens beside a video call, on this machine only, and offers one short prompt at the right moment."""

import os

__version__ = "0.1.0"

os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # read once, when anything here first imports huggingface_hub
