"""Explicit tensor methods by alternating directions of multipliers, on one step they share."""

from tacit.dynamics.admm.halrtc import HaLRTC
from tacit.dynamics.admm.tctv import TCTV
from tacit.dynamics.admm.tnn import TNN
from tacit.dynamics.admm.windowed_tctv import WindowedTCTV

__all__ = ["TCTV", "TNN", "HaLRTC", "WindowedTCTV"]
