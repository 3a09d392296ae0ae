"""What a project and its user have set: files, values, and which rules a run asks for."""
