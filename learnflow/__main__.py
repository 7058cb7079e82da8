"""`python -m learnflow` is `learnflow`."""

from learnflow.cli import main

main()
