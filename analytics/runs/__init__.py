"""What one run amounts to: distance, time, steps, hip flexions, and which runs are the same."""
