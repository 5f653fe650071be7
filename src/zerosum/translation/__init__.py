"""Images through a generator that translates: any size in tiles, files in and out, and pages to compare with."""
