"""A second, independent reader of Lifeboat's vaults, written from docs/vault-format.md alone."""
