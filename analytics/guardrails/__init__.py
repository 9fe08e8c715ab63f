"""Load rules, one file each, every one written once as a ceiling."""
