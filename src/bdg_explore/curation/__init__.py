"""Is a table sound: findings, metrics, a score; repairs only on request, logged and reversible."""
