"""Clients of the services that credentials come from, trimmed to the calls that providers make.

Every folder here is generated from `model/`, by `nox -s generate`; this file is not.
"""
