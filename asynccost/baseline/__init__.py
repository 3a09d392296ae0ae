"""What is new, known, moved and fixed: findings are known again by rule, place and shape, never by line or count."""
