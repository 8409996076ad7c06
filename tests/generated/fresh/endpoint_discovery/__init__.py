"""A generated package whose service tells its endpoints: imported, generated, called."""
