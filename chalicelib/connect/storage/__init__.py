"""What is kept, and where: `ports` says what the framework asks for, every other module is one way to give it."""
