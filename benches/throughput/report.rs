//! What was measured: the lines of the table, and the same with every round's value for the file.

use std::{collections::BTreeMap, fmt, path::Path};

use anyhow::Context;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

/// A value of each round, in their order.
#[derive(Debug, Clone, Serialize)]
pub struct Series {
    pub name: String,
    pub unit: Unit,
    pub rounds: Vec<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Unit {
    #[serde(rename = "mails/s")]
    MailsPerSecond,
    #[serde(rename = "sign-ins/s")]
    SignInsPerSecond,
    #[serde(rename = "requests/s")]
    RequestsPerSecond,
    #[serde(rename = "rows/s")]
    RowsPerSecond,
    #[serde(rename = "s")]
    Seconds,
    #[serde(rename = "ms")]
    Milliseconds,
    #[serde(rename = "MB")]
    Megabytes,
    /// One number over another.
    #[serde(rename = "×")]
    Times,
}

/// What a figure is held against.
#[derive(Debug, Clone, Copy)]
pub enum Must {
    AtLeast(f64),
    AtMost(f64),
    /// It is stated and may be what it is.
    Nothing,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Ok,
    Missed,
    Stated,
    /// Something that the figure needs is not here.
    NotMeasured(String),
    /// The measurement broke off.
    Failed(String),
}

/// A line of the table.
#[derive(Debug, Serialize)]
pub struct Row {
    title: String,
    measured: Option<Series>,
    yardstick: Option<Series>,
    /// What the verdict is about, of each round: the measured over the yardstick, or the measured itself.
    values: Vec<f64>,
    /// The median of `values`.
    value: f64,
    unit: Unit,
    must: Must,
    verdict: Verdict,
    /// What explains the figure, beside it in the file alone.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    beside: BTreeMap<String, Vec<f64>>,
}

impl Series {
    pub fn new(name: impl Into<String>, unit: Unit) -> Self {
        Self { name: name.into(), unit, rounds: Vec::new() }
    }

    pub fn push(&mut self, value: f64) {
        self.rounds.push(value);
    }

    fn median(&self) -> f64 {
        median(&self.rounds)
    }
}

impl Row {
    /// Measured over yardstick. The two of a round stood side by side, so each round has its ratio; the figure is their median.
    pub fn ratio(title: impl Into<String>, measured: Series, yardstick: Series, must: Must) -> Self {
        let values = measured.rounds.iter().zip(&yardstick.rounds).map(|(measured, yardstick)| measured / yardstick).collect();
        Self::judged(title, measured, Some(yardstick), values, Unit::Times, must)
    }

    /// The measured itself; the yardstick beside it tells what kind of machine this is.
    pub fn value(title: impl Into<String>, measured: Series, yardstick: Option<Series>, must: Must) -> Self {
        let (values, unit) = (measured.rounds.clone(), measured.unit);
        Self::judged(title, measured, yardstick, values, unit, must)
    }

    pub fn not_measured(title: impl Into<String>, why: &str) -> Self {
        Self::empty(title, Verdict::NotMeasured(why.to_owned()))
    }

    pub fn failed(title: impl Into<String>, error: &anyhow::Error) -> Self {
        Self::empty(title, Verdict::Failed(format!("{error:#}")))
    }

    /// Another value of each round for the file.
    pub fn beside(mut self, name: &str, rounds: Vec<f64>) -> Self {
        self.beside.insert(name.to_owned(), rounds);
        self
    }

    /// Whether whoever runs this should take notice.
    pub fn is_bad(&self) -> bool {
        matches!(self.verdict, Verdict::Missed | Verdict::Failed(_))
    }

    fn judged(title: impl Into<String>, measured: Series, yardstick: Option<Series>, values: Vec<f64>, unit: Unit, must: Must) -> Self {
        let value = median(&values);
        let verdict = match must {
            Must::Nothing => Verdict::Stated,
            Must::AtLeast(least) if value >= least => Verdict::Ok,
            Must::AtMost(most) if value <= most => Verdict::Ok,
            Must::AtLeast(_) | Must::AtMost(_) => Verdict::Missed,
        };
        let (title, measured) = (title.into(), Some(measured));
        Self { title, measured, yardstick, values, value, unit, must, verdict, beside: BTreeMap::new() }
    }

    fn empty(title: impl Into<String>, verdict: Verdict) -> Self {
        let (values, unit, must) = (Vec::new(), Unit::Times, Must::Nothing);
        Self { title: title.into(), measured: None, yardstick: None, values, value: f64::NAN, unit, must, verdict, beside: BTreeMap::new() }
    }

    fn cells(&self) -> [String; 6] {
        let named = |series: &Series| format!("{} {}", series.name, series.unit.show(series.median()));
        let (value, must) = match (&self.measured, self.must) {
            (None, _) => (String::new(), String::new()),
            (Some(_), Must::Nothing) => (self.unit.show(self.value), "stated".to_owned()),
            (Some(_), must) => (self.unit.show(self.value), must.show(self.unit)),
        };
        let measured = self.measured.as_ref().map(|series| series.unit.show(series.median())).unwrap_or_default();
        let yardstick = self.yardstick.as_ref().map(named).unwrap_or_default();
        [self.title.clone(), measured, yardstick, value, must, self.verdict.to_string()]
    }
}

impl Must {
    fn show(self, unit: Unit) -> String {
        match self {
            Self::AtLeast(least) => format!("≥ {}", unit.show(least)),
            Self::AtMost(most) => format!("≤ {}", unit.show(most)),
            Self::Nothing => String::new(),
        }
    }
}

impl Serialize for Must {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::AtLeast(least) => json!({ "at_least": least }),
            Self::AtMost(most) => json!({ "at_most": most }),
            Self::Nothing => Value::Null,
        }
        .serialize(serializer)
    }
}

impl Unit {
    pub fn show(self, value: f64) -> String {
        match self {
            Self::MailsPerSecond => format!("{} mails/s", thousands(value.round())),
            Self::SignInsPerSecond => format!("{value:.1} sign-ins/s"),
            Self::RequestsPerSecond => format!("{} requests/s", thousands(value.round())),
            Self::RowsPerSecond => format!("{} rows/s", thousands(value.round())),
            Self::Seconds => format!("{value:.2} s"),
            Self::Milliseconds if value < 10.0 => format!("{value:.1} ms"),
            Self::Milliseconds => format!("{value:.0} ms"),
            Self::Megabytes => format!("{value:.0} MB"),
            Self::Times if value < 0.1 => format!("{value:.4}"),
            Self::Times => format!("{value:.2}×"),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ok => formatter.write_str("ok"),
            Self::Missed => formatter.write_str("MISSED"),
            Self::Stated => formatter.write_str("–"),
            Self::NotMeasured(why) => write!(formatter, "not measured: {why}"),
            Self::Failed(why) => write!(formatter, "FAILED: {why}"),
        }
    }
}

/// Prints the table. The last column is as long as it likes.
pub fn print(rows: &[Row]) {
    let head = ["figure", "measured", "yardstick", "value", "must", "verdict"].map(str::to_owned);
    let lines: Vec<[String; 6]> = std::iter::once(head).chain(rows.iter().map(Row::cells)).collect();
    // Rows without values would only widen the columns.
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    println!();
    for line in &lines {
        let cells: Vec<String> = (0..5).map(|column| format!("{:<width$}", line[column], width = width(column))).collect();
        println!("{}  {}", cells.join("  "), line[5]);
    }
    println!();
}

/// Writes the file: what was measured, and on what.
pub fn save(path: &Path, about: &Value, rows: &[Row]) -> anyhow::Result<()> {
    let mut file = about.clone();
    file["rows"] = serde_json::to_value(rows)?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, serde_json::to_string_pretty(&file)? + "\n").with_context(|| format!("{} cannot be written", path.display()))
}

pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        length if length.is_multiple_of(2) => f64::midpoint(sorted[length / 2 - 1], sorted[length / 2]),
        length => sorted[length / 2],
    }
}

/// The smallest value that `share` of them do not exceed.
pub fn percentile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.max(1) - 1).copied().unwrap_or(f64::NAN)
}

/// `1234567` as `1,234,567`.
pub fn thousands(number: impl fmt::Display) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
