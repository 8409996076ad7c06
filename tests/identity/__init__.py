"""Providers of credentials: each kind alone, the chain, what they share."""
