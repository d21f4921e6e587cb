"""What an app is: frozen values, changes between them, and checks. No SQL and no HTTP in here."""
