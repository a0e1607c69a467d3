//! A handful of line icons, drawn here so that no icon font is loaded.

use maud::{Markup, html};

/// What an icon shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    Alert,
    Calendar,
    Check,
    ChevronLeft,
    ChevronRight,
    Copy,
    Info,
    Key,
    Mail,
    Menu,
    Plus,
    Search,
    Send,
    Users,
}

impl Icon {
    /// The strokes, on a grid of 24 by 24.
    fn strokes(self) -> &'static str {
        match self {
            Icon::Alert => "M12 4 2.5 20h19zM12 10v4M12 17v.1",
            Icon::Calendar => "M4 6h16v14H4zM4 10.5h16M8 3.5V8M16 3.5V8",
            Icon::Check => "m5 12.5 4.5 4.5L19 7.5",
            Icon::ChevronLeft => "m14.5 6-6 6 6 6",
            Icon::ChevronRight => "m9.5 6 6 6-6 6",
            Icon::Copy => "M8 8h12v12H8zM16 8V4H4v12h4",
            Icon::Info => "M12 3a9 9 0 1 0 0 18 9 9 0 1 0 0-18M12 11v5M12 8v.1",
            Icon::Key => "M15 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 1 0 0-11M11 13 3.5 20.5H7v-2.500h2.500V15.500M16 8v.1",
            Icon::Mail => "M3 6h18v13H3zM3.5 6.5 12 13l8.5-6.5",
            Icon::Menu => "M4 7h16M4 12h16M4 17h16",
            Icon::Plus => "M12 5v14M5 12h14",
            Icon::Search => "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 1 0 0-13m4.800 11.300 4.700 4.700",
            Icon::Send => "M20.5 3.5 3 10l7 3.5 3.5 7.5zM20.5 3.5 10 13.5",
            Icon::Users => {
                "M9 4.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 1 0 0-7M3 20c0-3.300 2.700-5.5 6-5.5s6 2.200 6 5.5M16 5a3.5 3.5 0 0 1 0 6.5M18 15c1.800.8 3 2.600 3 5"
            }
        }
    }
}

/// The icon, for the eye only: say the same in words beside it or in `aria-label`.
pub fn icon(icon: Icon) -> Markup {
    html! {
        svg .icon viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="1.75"
            stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false" {
            path d=(icon.strokes()) {}
        }
    }
}
