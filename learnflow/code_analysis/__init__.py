"""Parsing what anybody may have written: bounded in time and memory."""
