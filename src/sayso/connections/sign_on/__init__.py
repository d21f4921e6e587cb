"""What single sign-on says to the world outside: OpenID providers, LDAP directories, name servers. By the egress door, all of it."""
