"""Tasks and promises: who holds them."""
