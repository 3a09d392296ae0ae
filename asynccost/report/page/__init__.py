"""The HTML page: findings to plain data (cards, summary, charts), then one autoescaped template."""
