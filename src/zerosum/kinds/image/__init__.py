"""Images: uint8 [C, H, W], grey, colour or RGBA."""
