"""What one condition means in SQL, one file a shape of values."""
