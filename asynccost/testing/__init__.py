"""What the pytest plugin does once it is asked for: watch each test, compare it with its record, scan the project."""
