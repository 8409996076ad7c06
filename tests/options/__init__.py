"""The table of options: one row for each of the 65, set by every source that it has."""
