"""Provisioning: a workspace's directory says who is in it (SCIM 2.0, RFC 7643 and 7644)."""
