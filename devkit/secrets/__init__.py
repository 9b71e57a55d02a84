"""`python -m devkit secrets`: the secrets of tenants that are stored already, sealed with a key of KMS."""
