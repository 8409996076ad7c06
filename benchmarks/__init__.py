"""Speed as ratios: the generated client against boto3 and against bare urllib3."""
