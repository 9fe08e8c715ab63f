"""The web pages: the API's data rendered, and nothing they compute themselves."""
