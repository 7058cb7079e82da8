"""A broker and a database for one machine, from wheels: for `up`, `demo` and the tests."""
