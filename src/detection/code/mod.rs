//! What the project's Python code says: imports and environment variables, read from syntax trees.
