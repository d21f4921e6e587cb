"""SCIM 2.0: the door for directories that provision a workspace."""
