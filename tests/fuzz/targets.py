"""Everything that reads bytes of a peer, as functions of bytes that raise if a promise is broken.

`nox -s fuzz -- TARGET SECONDS` looks for such bytes. The tests run the seeds of each target
(`tests/runtime/test_fuzz_targets.py`), so that none rots until somebody runs it by hand.
"""

from __future__ import annotations

from tests.fuzz import answers, event_stream, http1, text
from tests.fuzz.target import Target

TARGETS: dict[str, Target] = {
    "answers": answers.TARGET,
    "event-stream": event_stream.TARGET,
    "http1": http1.TARGET,
    "text": text.TARGET,
}
