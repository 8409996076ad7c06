"""Every restJson1 service of the installed botocore, generated: `python -m tests.services`."""
