"""Finds LSTM porting bugs: mistakes in recurrent models moved between Keras/TensorFlow and PyTorch."""

__version__ = "0.1.0"
