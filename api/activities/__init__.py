"""Activities: the list, one in detail, its samples."""
