"""What a model update does to the users of a generated package.

`models.read_surface` makes what callers see out of a model, `compare.compare` holds two of these
against each other, `verdict` decides what each kind of change means, `report` prints it.
"""
