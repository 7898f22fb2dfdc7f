"""Companion: listens beside a video call, on this machine only, and offers one short prompt at the right moment."""

__version__ = "0.1.0"
