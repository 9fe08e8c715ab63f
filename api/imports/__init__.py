"""Upload to stored activities: originals, items that advance one by one, what became of each."""
