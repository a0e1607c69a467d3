//! Where plotters draws to: SVG whose colours are classes of app.css. The backend that comes with plotters writes colours and
//! fonts into every element, in one theme.

use std::convert::Infallible;

use maud::html;
use plotters::style::{
    RGBColor,
    text_anchor::{HPos, VPos},
};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind};

/// What something is drawn for. Plotters knows colours alone, so each has a colour that stands for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    Nothing,
    /// The lines behind the bars, and the one they stand on.
    Line,
    /// Figures and days along the axes.
    Label,
    /// A panel's name.
    Name,
    Sent,
    Failed,
}

impl Ink {
    const ALL: [Self; 6] = [Self::Nothing, Self::Line, Self::Label, Self::Name, Self::Sent, Self::Failed];

    /// The colour that stands for it on the way through plotters.
    pub fn token(self) -> RGBColor {
        RGBColor(self as u8, 0, 0)
    }

    fn of(color: BackendColor) -> Self {
        Self::ALL.into_iter().find(|ink| *ink as u8 == color.rgb.0).unwrap_or(Self::Nothing)
    }

    fn class(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Line => "chart-line",
            Self::Label => "chart-label",
            Self::Name => "chart-name",
            Self::Sent => "chart-sent",
            Self::Failed => "chart-failed",
        }
    }
}

/// How wide a text is about, in a font of this size: nobody knows the reader's fonts. Rather too wide than too narrow.
pub fn text_width(text: &str, size: u32) -> u32 {
    let narrow = |character: char| matches!(character, ' ' | '\u{a0}' | '\u{202f}' | '.' | ',' | ':' | 'i' | 'l' | '1');
    // In hundredths of the size.
    let width: u32 = text.chars().map(|character| if narrow(character) { 36 } else { 64 }).sum();
    width * size / 100
}

/// Takes up elements as plotters draws them.
pub struct Svg<'a> {
    size: (u32, u32),
    /// The id of the pattern for what failed.
    hatch: &'a str,
    elements: &'a mut String,
}

impl<'a> Svg<'a> {
    pub fn new(size: (u32, u32), hatch: &'a str, elements: &'a mut String) -> Self {
        Self { size, hatch, elements }
    }
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl DrawingBackend for Svg<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    /// Nothing that is drawn here consists of pixels.
    fn draw_pixel(&mut self, _point: BackendCoord, _color: BackendColor) -> Drawn {
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        let ink = Ink::of(style.color());
        if ink != Ink::Nothing {
            let line = html! { line class=(ink.class()) x1=(from.0) y1=(from.1) x2=(to.0) y2=(to.1) {} };
            self.elements.push_str(&line.0);
        }
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(&mut self, upper_left: BackendCoord, bottom_right: BackendCoord, style: &S, _fill: bool) -> Drawn {
        let ink = Ink::of(style.color());
        let (left, right) = (upper_left.0.min(bottom_right.0), upper_left.0.max(bottom_right.0));
        let (top, bottom) = (upper_left.1.min(bottom_right.1), upper_left.1.max(bottom_right.1));
        let hatch = (ink == Ink::Failed).then(|| format!("url(#{})", self.hatch));
        // One failure among thousands is to be seen.
        let (width, height) = ((right - left).max(1), (bottom - top).max(2));
        let bar = html! { rect class=(ink.class()) x=(left) y=(bottom - height) width=(width) height=(height) fill=[hatch] {} };
        self.elements.push_str(&bar.0);
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        let points: Vec<BackendCoord> = path.into_iter().collect();
        points.windows(2).try_for_each(|ends| self.draw_line(ends[0], ends[1], style))
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, position: BackendCoord) -> Drawn {
        if text.is_empty() {
            return Ok(());
        }
        let anchor = match style.anchor().h_pos {
            HPos::Left => "start",
            HPos::Center => "middle",
            HPos::Right => "end",
        };
        // The line that letters stand on lies a third of their size below their middle.
        let size = style.size() as i32;
        let below = match style.anchor().v_pos {
            VPos::Top => size,
            VPos::Center => size / 3,
            VPos::Bottom => 0,
        };
        let ink = Ink::of(style.color());
        let words = html! {
            text class=(ink.class()) x=(position.0) y=(position.1 + below) text-anchor=(anchor) font-size=(size) { (text) }
        };
        self.elements.push_str(&words.0);
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(&self, text: &str, style: &S) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let size = style.size() as u32;
        Ok((text_width(text, size), size))
    }
}
