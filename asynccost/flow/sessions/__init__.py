"""Clients that own connections: where they are built, how often, who keeps and closes them."""
