"""What benchmarks of automations share."""
