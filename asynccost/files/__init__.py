"""Files of a project: which there are, of which kind, and their bytes as they were and as they become."""
