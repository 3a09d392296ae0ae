"""What awaited calls wait for: requests, one connection, messages, time; how long, and what they may fail with."""
