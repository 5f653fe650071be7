"""Drawing: axes, curves, points and grids of images, as PNG and SVG."""
