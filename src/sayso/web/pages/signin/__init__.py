"""The pages on which one signs in. They work without script, but for passkeys, which only a script can ask for."""
