"""What Faust lacks. `StreamApp` puts patched subclasses in the place of Faust's own classes.

consumer.py        commit only the finished prefix of a partition, seek where the group stopped, fetch again what was
                   skipped, deliver without a task a message, fetch without Faust's fixed wait
table_patches.py   stop the flow while recovery seeks; know which changes of tables are not sent yet
worker.py          mask personal data in logs; no spinner
stream_app.py      several apps in one process; a stop that finishes what is under way

Each has a test on a genuine broker that fails without it: tests/integration/test_faust_patches.py.
"""
