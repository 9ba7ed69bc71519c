//! The stand-in against the published description, seen by an ordinary client.
