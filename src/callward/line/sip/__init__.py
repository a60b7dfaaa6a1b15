"""SIP over sippy's transactions: legs, trunks, phones, limits."""

from callward.line.sip.bootstrap import PREPARED
from callward.line.sip.endpoint import Endpoint
from callward.line.sip.sip_loop import LoopTimers, run_loop, stop_loop

__all__ = ["PREPARED", "Endpoint", "LoopTimers", "run_loop", "stop_loop"]
