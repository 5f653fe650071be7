"""Image files through a generator that translates: read and written whole, many in one go, with pages to compare."""
