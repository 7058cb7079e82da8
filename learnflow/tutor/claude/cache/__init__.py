"""What Claude explained once is given again to whoever asks the same at the same level."""
