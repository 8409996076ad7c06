"""Long runs against a local endpoint that fails now and then: does anything leak, hang or get lost?

`nox -s soak` runs all of them at full length and prints the figures; the tests run short ones.
"""
