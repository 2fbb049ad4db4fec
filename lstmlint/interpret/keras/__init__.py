"""What Keras' layers, models and training do to values."""
