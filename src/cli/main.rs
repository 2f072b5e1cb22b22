//! The `dhtl` command.

fn main() {}
