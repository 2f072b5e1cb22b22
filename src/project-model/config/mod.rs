//! `.dhtconfig`, the file that holds what cannot be inferred.
