"""What is known once all files are linked: who calls whom, how often, what is never reached."""
