//! Charts, drawn on the server by plotters as SVG: colours and patterns are classes of app.css, so that both themes read
//! well; every series has a panel and a scale of its own with its name on it, so that nothing hangs on colour, and three
//! failures are seen beside a million mails. The figures stand below as a table.

mod svg;

use std::convert::Infallible;

use maud::{Markup, html};
use plotters::{
    coord::Shift,
    coord::ranged1d::SegmentValue,
    drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea},
    prelude::{ChartBuilder, Color, IntoFont, IntoSegmentedCoord, IntoTextStyle, Rectangle},
};

use self::svg::{Ink, Svg, text_width};
use super::table::{Column, cell, number_cell, table};
use crate::{i18n::format, t};

/// How the bars of a series look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// What went well: filled.
    Sent,
    /// What did not: hatched.
    Failed,
}

/// One line of figures, a value for each of the chart's columns.
pub struct Series<'a> {
    pub name: &'a str,
    pub mark: Mark,
    pub values: Vec<u64>,
}

/// One column of bars.
pub struct Tick {
    /// Below the bar, where there is room: `1 Dec`.
    pub short: String,
    /// In the table and where the pointer rests: `Tue, 1 Dec 2026`.
    pub long: String,
}

/// Bars over time.
pub struct Chart<'a> {
    /// Unique on the page.
    pub id: &'a str,
    pub title: &'a str,
    /// What is to be seen, in a sentence with figures.
    pub description: &'a str,
    /// What a column is: `Day`.
    pub heading: &'a str,
    pub ticks: Vec<Tick>,
    pub series: Vec<Series<'a>>,
}

/// The picture is drawn in these widths, and app.css shows the one that fits: letters keep their size on a phone.
const WIDTHS: [u32; 3] = [360, 720, 1200];
const FONT: u32 = 13;
/// Heights of the first panel, of each other one, and of the line of labels below the last one.
const FIRST: u32 = 150;
const OTHER: u32 = 96;
const LABELS: u32 = 24;
/// Room over the bars for the panel's name.
const NAME: u32 = 26;

/// The picture with its table.
pub fn chart(chart: &Chart) -> Markup {
    html! {
        figure .chart aria-label=(chart.title) {
            @for width in WIDTHS { (picture(chart, width)) }
            details .chart-table {
                summary { (t!("chart-table")) }
                (figures(chart))
            }
        }
    }
}

fn figures(chart: &Chart) -> Markup {
    let mut columns = vec![Column::new(chart.heading)];
    columns.extend(chart.series.iter().map(|series| Column::number(series.name)));
    let rows = html! {
        @for (number, tick) in chart.ticks.iter().enumerate() {
            tr {
                (cell(chart.heading, &tick.long))
                @for series in &chart.series { (number_cell(series.name, format::number(value(series, number)))) }
            }
        }
    };
    table(chart.title, &columns, rows)
}

fn value(series: &Series, number: usize) -> u64 {
    series.values.get(number).copied().unwrap_or_default()
}

fn picture(chart: &Chart, width: u32) -> Markup {
    let id = format!("{}-{width}", chart.id);
    let height = FIRST + OTHER * u32::try_from(chart.series.len().saturating_sub(1)).unwrap_or_default() + LABELS;
    let hatch = format!("{id}-hatch");
    let mut drawn = String::new();
    match draw(chart, Svg::new((width, height), &hatch, &mut drawn)) {
        Ok(columns) => html! {
            svg class={ "chart-picture chart-" (width) } viewBox={ "0 0 " (width) " " (height) } role="img"
                aria-labelledby={ (id) "-title " (id) "-text" } {
                title #{ (id) "-title" } { (chart.title) }
                desc #{ (id) "-text" } { (chart.description) }
                defs {
                    pattern #(hatch) width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                        rect .chart-hatch-ground width="6" height="6" {}
                        rect .chart-hatch width="2.5" height="6" {}
                    }
                }
                (maud::PreEscaped(drawn))
                // What a column says where the pointer rests on it; over the bars, and seen only then.
                @for ((tick, left), right) in chart.ticks.iter().zip(&columns).zip(columns.iter().skip(1)) {
                    @let number = columns.iter().position(|column| column == left).unwrap_or_default();
                    rect .chart-column x=(left) y="0" width=(right - left) height=(height) { title { (words(chart, tick, number)) } }
                }
            }
        },
        Err(error) => {
            tracing::error!(%error, "A chart could not be drawn; its table stands without it");
            html! {}
        }
    }
}

/// `Tue, 1 Dec 2026: Sent 1,200, Failed 3`
fn words(chart: &Chart, tick: &Tick, number: usize) -> String {
    let values: Vec<String> =
        chart.series.iter().map(|series| format!("{}\u{a0}{}", series.name, format::number(value(series, number)))).collect();
    format!("{}: {}", tick.long, values.join(", "))
}

type Drawn<T> = Result<T, DrawingAreaErrorKind<Infallible>>;

/// Draws one panel a series, one below the other; the edges of the columns, from left to right.
fn draw(chart: &Chart, svg: Svg) -> Drawn<Vec<i32>> {
    let count = chart.ticks.len().max(1);
    let tops: Vec<u64> = chart.series.iter().map(|series| top(series.values.iter().copied().max().unwrap_or_default())).collect();
    // One width for all panels, so that their columns stand below each other.
    let gutter = tops.iter().map(|top| text_width(&format::number(*top), FONT)).max().unwrap_or_default() + 12;
    let mut rest = svg.into_drawing_area();
    let mut edges = Vec::new();
    for (number, (series, top)) in chart.series.iter().zip(tops).enumerate() {
        let is_last = number + 1 == chart.series.len();
        let height = if number == 0 { FIRST } else { OTHER } + if is_last { LABELS } else { 0 };
        let (panel, below) = rest.split_vertically(height);
        edges = draw_panel(&panel, chart, &Panel { series, top, gutter, count, is_labelled: is_last })?;
        rest = below;
    }
    Ok(edges)
}

struct Panel<'a> {
    series: &'a Series<'a>,
    /// The end of its scale.
    top: u64,
    /// Room for the scale's figures.
    gutter: u32,
    count: usize,
    /// Whether its columns are named below it.
    is_labelled: bool,
}

fn draw_panel(area: &DrawingArea<Svg, Shift>, chart: &Chart, panel: &Panel) -> Drawn<Vec<i32>> {
    let font = || ("sans-serif", FONT).into_font();
    let small = font().color(&Ink::Label.token());
    let mut context = ChartBuilder::on(area)
        .margin_top(NAME)
        .margin_right(4)
        .y_label_area_size(panel.gutter)
        .x_label_area_size(if panel.is_labelled { LABELS } else { 1 })
        // The range's end is a column too.
        .build_cartesian_2d((0..panel.count.saturating_sub(1)).into_segmented(), 0..panel.top)?;
    let step = labelled_step(chart, area.dim_in_pixel().0.saturating_sub(panel.gutter));
    let name_of = |column: &SegmentValue<usize>| match column {
        SegmentValue::CenterOf(number) if panel.is_labelled && number % step == 0 => {
            chart.ticks.get(*number).map(|tick| tick.short.clone()).unwrap_or_default()
        }
        _ => String::new(),
    };
    context
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(Ink::Nothing.token())
        .bold_line_style(Ink::Line.token())
        .axis_style(Ink::Nothing.token())
        .set_all_tick_mark_size(3)
        .x_labels(panel.count + 1)
        .x_label_style(small.clone())
        .x_label_formatter(&name_of)
        .y_labels(3)
        .y_label_style(small)
        .y_label_formatter(&|count| format::number(*count))
        .draw()?;
    let ink = match panel.series.mark {
        Mark::Sent => Ink::Sent,
        Mark::Failed => Ink::Failed,
    };
    let plot = context.plotting_area();
    let edges: Vec<i32> = (0..=panel.count).map(|number| plot.map_coordinate(&(edge(number, panel.count), 0)).0).collect();
    // A part of the column's width stays free between bars.
    let gap = edges.get(1).map_or(0, |second| (second - edges[0]).unsigned_abs() / 6);
    context.draw_series(panel.series.values.iter().enumerate().filter(|(_, value)| **value > 0).map(|(number, value)| {
        let mut bar = Rectangle::new([(edge(number, panel.count), 0), (edge(number + 1, panel.count), *value)], ink.token().filled());
        bar.set_margin(0, 0, gap, gap);
        bar
    }))?;
    let name = font().color(&Ink::Name.token());
    area.draw_text(panel.series.name, &name.into_text_style(area), (i32::try_from(panel.gutter).unwrap_or_default(), 4))?;
    Ok(edges)
}

fn edge(number: usize, count: usize) -> SegmentValue<usize> {
    if number < count { SegmentValue::Exact(number) } else { SegmentValue::Last }
}

/// How many columns apart labels stand, so that none runs into the next.
fn labelled_step(chart: &Chart, width: u32) -> usize {
    let widest = chart.ticks.iter().map(|tick| text_width(&tick.short, FONT)).max().unwrap_or_default() + 14;
    let fitting = (width / widest.max(1)).max(1) as usize;
    chart.ticks.len().div_ceil(fitting).max(1)
}

/// The end of a scale for values up to `highest`: a round number that is not much higher.
fn top(highest: u64) -> u64 {
    let highest = highest.max(1);
    let mut step = 1_u64;
    for factor in [2, 5, 10].into_iter().cycle() {
        // No more than four steps; powers of ten by way of two and five of them.
        if highest.div_ceil(step) <= 4 {
            break;
        }
        step = match factor {
            2 => step.saturating_mul(2),
            5 => (step / 2).saturating_mul(5),
            _ => (step / 5).saturating_mul(10),
        };
    }
    highest.div_ceil(step).saturating_mul(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(days: usize) -> Chart<'static> {
        Chart {
            id: "month",
            title: "Thirty days",
            description: "1,200 sent and 3 failed.",
            heading: "Day",
            ticks: (1..=days).map(|day| Tick { short: format!("{day} Dec"), long: format!("{day} Dec 2026") }).collect(),
            series: vec![
                Series { name: "Sent", mark: Mark::Sent, values: (0..days as u64).map(|day| day * 40).collect() },
                Series { name: "Failed & lost", mark: Mark::Failed, values: (0..days as u64).map(|day| day % 3).collect() },
            ],
        }
    }

    #[test]
    fn a_chart_obeys_the_content_security_policy_and_says_what_it_shows() {
        let markup = chart(&sample(30)).into_string();
        for forbidden in [" style=", "<style", "<script", " on"] {
            assert!(!markup.contains(forbidden), "{forbidden} in {markup}");
        }
        assert_eq!(markup.matches(r#"role="img""#).count(), WIDTHS.len());
        assert!(markup.contains(r#"aria-labelledby="month-720-title month-720-text""#), "{markup}");
        assert!(markup.contains(">Failed &amp; lost</text>"), "{markup}");
        assert!(markup.contains("<title>2 Dec 2026: Sent\u{a0}40, Failed &amp; lost\u{a0}1</title>"), "{markup}");
        assert!(markup.contains(r#"fill="url(#month-360-hatch)""#), "{markup}");
    }

    #[test]
    fn every_figure_stands_in_the_table() {
        let markup = chart(&sample(7)).into_string();
        assert_eq!(markup.matches("<tr").count(), 8);
        assert!(markup.contains(">240</td>"), "{markup}");
    }

    #[test]
    fn a_chart_of_nothing_is_drawn_too() {
        let mut empty = sample(0);
        empty.ticks.clear();
        assert!(chart(&empty).into_string().contains("<svg"));
        let mut still = sample(30);
        still.series.iter_mut().for_each(|series| series.values.fill(0));
        assert!(!chart(&still).into_string().contains(r#"class="chart-sent""#));
    }

    #[test]
    fn every_column_is_as_wide_as_the_others() {
        let markup = chart(&sample(30)).into_string();
        let widths: Vec<i32> = markup
            .split(r#"<rect class="chart-column""#)
            .skip(1)
            .map(|rect| rect.split(r#" width=""#).nth(1).unwrap().split('"').next().unwrap().parse().unwrap())
            .collect();
        assert_eq!(widths.len(), 30 * WIDTHS.len());
        for picture in widths.chunks(30) {
            assert!(picture.iter().max().unwrap() - picture.iter().min().unwrap() <= 1, "{picture:?}");
        }
    }

    #[test]
    fn labels_do_not_run_into_each_other() {
        let chart = sample(30);
        assert!(labelled_step(&chart, 300) > labelled_step(&chart, 1100));
        assert_eq!(labelled_step(&sample(7), 1100), 1);
    }

    #[test]
    fn a_scale_ends_at_a_round_number() {
        let tops: Vec<u64> = [0, 1, 4, 5, 9, 11, 37, 1_200_001, 999].into_iter().map(top).collect();
        assert_eq!(tops, [1, 1, 4, 6, 10, 15, 40, 1_500_000, 1000]);
    }
}
