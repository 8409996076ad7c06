"""Every service of the installed botocore that can be, generated: `python -m tests.services`."""
