"""Clients of the services that results are stored in, trimmed to the calls that jobs make.

Every folder here is generated from `model/`, by `nox -s generate`; this file is not.
"""
