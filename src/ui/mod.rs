//! Pure markup: what every page is built from. Knows no feature, reads nothing, writes nothing.
//!
//! Nothing here emits a `style` attribute, an inline script or an `on…` attribute: the content
//! security policy forbids them. Every component works with JavaScript off; htmx only saves a
//! page load.

pub mod alert;
pub mod badge;
pub mod button;
pub mod chart;
pub mod choice;
pub mod copyable;
pub mod editor;
pub mod empty;
pub mod form;
pub mod head;
pub mod hero;
pub mod icon;
pub mod layout;
pub mod pagination;
pub mod progress;
pub mod table;
pub mod tabs;

pub use alert::{Flash, Tone, alert};
pub use badge::{Kind, badge};
pub use copyable::copyable;
pub use editor::Editor;
pub use empty::empty;
pub use form::{Field, csrf_field, method_field, submission_field};
pub use head::Head;
pub use hero::{Step, hero, steps};
pub use icon::{Icon, icon};
pub use layout::{MenuLink, Section, Shell, Urge, UserMenu, narrow_page, page, page_header};
pub use pagination::{Pagination, pagination};
pub use progress::{Progress, progress_bar};
pub use table::{Column, SearchBox, cell, search_box, table};
