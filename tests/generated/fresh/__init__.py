"""Tests of packages that the test itself generates; they need the generator."""
