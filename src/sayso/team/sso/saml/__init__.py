"""SAML 2.0 as a service provider: our requests and metadata, what a response proves, and single logout. Pure: nothing is fetched.

Its modules need lxml and xmlsec; whoever speaks SAML imports them when it is spoken.
"""
