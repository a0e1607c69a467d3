//! The engine: what is sent, what is on record, and what a fault makes of it.
