"""The running product: HTTP, pages, command line and jobs."""
