"""What is said on stderr, and to TensorBoard, while something works."""
