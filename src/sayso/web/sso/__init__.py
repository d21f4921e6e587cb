"""The doors of single sign-on: leaving for a provider, coming back, signing out there too."""
