"""What Faust lacks: `StreamApp` puts patched subclasses in the place of Faust's own classes.

Of the consumer: consumer.py; of tables and their recovery: faust_tables.py; of the worker and the app: stream_app.py.
Each has a test on a genuine broker that fails without it: tests/integration/test_faust_patches.py.
"""
