"""Single sign-on: who may be whom. What is decided here needs no network; what speaks outwards is in `connections.sign_on`."""
