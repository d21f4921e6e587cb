"""Connected tables: rows that live elsewhere, brought in and kept in step."""
