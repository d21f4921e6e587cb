"""Letters with what people were told: gathered, asked again for rights, and sent once."""
