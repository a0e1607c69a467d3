//! The start page: one for visitors, one for the signed-in.

pub mod dashboard;
pub mod visitor;
