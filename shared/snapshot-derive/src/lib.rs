//! Derives a snapshot table from its sea-orm entity.
