"""The systems under measurement, one module each; `benchmarks.tasks.System` says what they have.

A module imports its system at the top and as little else as it can: that is what a cold start is.
Imports of a system's inner modules stand in the functions that need them.
"""

REGION = "us-east-1"
SERVICE = "sagemaker"
CONTENT_TYPE = "application/json"
ENDPOINT_NAME = "measured"
ACCESS_KEY_ID = "AKIDEXAMPLE"
SECRET_ACCESS_KEY = "not-a-secret-but-as-long-as-one-of-them"
#: Where a request would go that is signed but not sent.
SIGNED_HOST = f"runtime.sagemaker.{REGION}.amazonaws.com"
SIGNED_PATH = f"/endpoints/{ENDPOINT_NAME}/invocations"
SIGNED_URL = f"https://{SIGNED_HOST}{SIGNED_PATH}"


class Absent(Exception):
    """The installed version of a system has not what is to be measured; says what."""
