"""The day's answer: one sentence, today's limit, at most three cards."""
