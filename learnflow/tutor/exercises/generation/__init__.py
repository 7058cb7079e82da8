"""Exercises written on order and verified by running them, before any student sees them."""
