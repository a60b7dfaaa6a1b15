"""The front door of the phone line's house side."""

from __future__ import annotations

from callward.telephony.collection.collector import (
    collect,
    forget_spool_days,
    forget_unused_numbers,
)
from callward.telephony.collection.mp3_copy import make_copy, uncopied
from callward.telephony.desk.agent_actions import (
    dial,
    hang_up,
    note_answer,
    pause_recording,
    resume_recording,
    say_presence,
    stop_recording,
)
from callward.telephony.desk.desk_calls import follow
from callward.telephony.desk.line_events import LineNews, news_of
from callward.telephony.desk.wrap_up import Closing, close_call, settle_ring_back
from callward.telephony.reconciliation.daily_count import count_day, judge_gap
from callward.telephony.rules import networks
from callward.telephony.setup.line_settings import (
    add_hours,
    add_phone,
    change_phone,
    close_day,
    renew_secret,
    save_number,
    save_outbound,
    save_queue,
    save_trunk,
    take_away,
)
from callward.telephony.setup.prompt_upload import drop_prompt, upload_prompt
from callward.telephony.setup.snapshot_publication import publish_snapshot
