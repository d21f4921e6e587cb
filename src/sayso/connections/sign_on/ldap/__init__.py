"""LDAP (RFC 4511), as much of it as signing in takes: bind, search, StartTLS. Why by ourselves: docs/decisions/0050."""
