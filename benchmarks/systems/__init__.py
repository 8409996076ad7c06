"""The systems under measurement, one module each; `benchmarks.worker.System` says what they have.

A module imports its system at the top and as little else as it can: that is what a cold start is.
"""

REGION = "us-east-1"
SERVICE = "sagemaker"
CONTENT_TYPE = "application/json"
ENDPOINT_NAME = "measured"
ACCESS_KEY_ID = "AKIDEXAMPLE"
SECRET_ACCESS_KEY = "not-a-secret-but-as-long-as-one-of-them"
#: Where a request would go that is signed but not sent.
SIGNED_URL = (
    f"https://runtime.sagemaker.{REGION}.amazonaws.com/endpoints/{ENDPOINT_NAME}/invocations"
)
