"""What functions of TensorFlow itself, most of them of TensorFlow 1, do to values."""
