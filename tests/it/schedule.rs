//! When a mailing goes out, by examples; `properties` has what holds for every schedule.

mod properties;

use periodical::i18n::{Language, with};
use periodical::mailings::schedule::{
    EndNotAfterStart, LocalTimeError, Period, Schedule, Zone, civil, display, parse_local, to_local_input,
};
use time::{Duration, OffsetDateTime, UtcOffset, macros::datetime};

fn zone(name: &str) -> Zone {
    Zone::parse(name).unwrap()
}

fn at(local: &str, zone_name: &str) -> OffsetDateTime {
    parse_local(local, &zone(zone_name)).unwrap()
}

fn schedule(starts_at: &str, ends_at: &str, period: Period, zone_name: &str) -> Schedule {
    Schedule::new(at(starts_at, zone_name), at(ends_at, zone_name), period, zone(zone_name)).unwrap()
}

/// What the wall clock shows at each run.
fn local_runs(schedule: &Schedule) -> Vec<String> {
    schedule.runs().map(|run| to_local_input(run, schedule.zone())).collect()
}

#[test]
fn a_mailing_on_the_31st_goes_out_on_the_last_day_of_shorter_months_and_never_drifts() {
    let schedule = schedule("2027-01-31T09:00", "2028-04-01T00:00", Period::Monthly, "Europe/Moscow");
    let runs = local_runs(&schedule);
    assert_eq!(runs[..4], ["2027-01-31T09:00", "2027-02-28T09:00", "2027-03-31T09:00", "2027-04-30T09:00"]);
    assert_eq!(runs[12..], ["2028-01-31T09:00", "2028-02-29T09:00", "2028-03-31T09:00"]);
}

#[test]
fn a_mailing_that_starts_on_29_february_comes_back_to_the_29th() {
    let schedule = schedule("2028-02-29T10:00", "2032-03-01T00:00", Period::Monthly, "Asia/Kathmandu");
    let runs = local_runs(&schedule);
    assert_eq!(runs[1], "2028-03-29T10:00");
    assert_eq!(runs[12], "2029-02-28T10:00");
    assert_eq!(runs[48], "2032-02-29T10:00");
    assert_eq!(runs.len(), 49);
}

#[test]
fn a_weekly_mailing_keeps_its_weekday_and_hour_through_summer_time() {
    // New York: the clocks go forward on 8 March 2026.
    let schedule = schedule("2026-03-03T08:15", "2026-03-18T00:00", Period::Weekly, "America/New_York");
    let runs: Vec<_> = schedule.runs().collect();
    assert_eq!(runs, [datetime!(2026-03-03 13:15 UTC), datetime!(2026-03-10 12:15 UTC), datetime!(2026-03-17 12:15 UTC)]);
}

#[test]
fn a_skipped_time_moves_to_the_moment_of_the_change_and_not_an_hour_on() {
    let schedule = schedule("2026-03-28T02:30", "2026-03-31T00:00", Period::Daily, "Europe/Berlin");
    assert_eq!(local_runs(&schedule), ["2026-03-28T02:30", "2026-03-29T03:00", "2026-03-30T02:30"]);
    assert_eq!(schedule.runs().nth(1), Some(datetime!(2026-03-29 01:00 UTC)));
}

#[test]
fn a_time_at_the_very_edges_of_the_skipped_hour_is_treated_right() {
    let first_skipped = schedule("2026-03-28T02:00", "2026-03-30T00:00", Period::Daily, "Europe/Berlin");
    assert_eq!(first_skipped.runs().nth(1), Some(datetime!(2026-03-29 01:00 UTC)));
    let last_before = schedule("2026-03-28T01:59", "2026-03-30T00:00", Period::Daily, "Europe/Berlin");
    assert_eq!(last_before.runs().nth(1), Some(datetime!(2026-03-29 00:59 UTC)));
    let first_after = schedule("2026-03-28T03:00", "2026-03-30T00:00", Period::Daily, "Europe/Berlin");
    assert_eq!(first_after.runs().nth(1), Some(datetime!(2026-03-29 01:00 UTC)));
}

#[test]
fn a_repeated_time_goes_out_once_at_the_first() {
    let schedule = schedule("2026-10-24T02:30", "2026-10-27T00:00", Period::Daily, "Europe/Berlin");
    let runs: Vec<_> = schedule.runs().collect();
    assert_eq!(runs, [datetime!(2026-10-24 00:30 UTC), datetime!(2026-10-25 00:30 UTC), datetime!(2026-10-26 01:30 UTC)]);
}

#[test]
fn a_start_in_the_second_of_two_repeated_hours_stays_there() {
    let second = datetime!(2026-10-25 01:30 UTC);
    let schedule = Schedule::new(second, second + Duration::days(2), Period::Daily, zone("Europe/Berlin")).unwrap();
    assert_eq!(schedule.runs().collect::<Vec<_>>(), [second, datetime!(2026-10-26 01:30 UTC)]);
    assert_eq!(schedule.next_after(second - Duration::MINUTE), Some(second));
}

#[test]
fn the_first_run_is_still_to_come_when_the_clocks_have_shown_tomorrow_already() {
    // St. John's, 7 November 2010: from 00:01 back to 23:01 of the day before.
    let second = datetime!(2010-11-07 03:00 UTC);
    let schedule = Schedule::new(second, second + Duration::days(3), Period::Daily, zone("America/St_Johns")).unwrap();
    assert_eq!(to_local_input(second, schedule.zone()), "2010-11-06T23:30");
    let midnight = datetime!(2010-11-07 02:30:30 UTC);
    assert_eq!(to_local_input(midnight, schedule.zone()), "2010-11-07T00:00");
    assert_eq!(schedule.next_after(midnight), Some(second));
}

#[test]
fn half_an_hour_of_summer_time_skips_half_an_hour() {
    let schedule = schedule("2026-10-03T02:15", "2026-10-06T00:00", Period::Daily, "Australia/Lord_Howe");
    assert_eq!(local_runs(&schedule), ["2026-10-03T02:15", "2026-10-04T02:30", "2026-10-05T02:15"]);
}

#[test]
fn the_day_that_samoa_left_out_is_made_up_for_when_the_next_one_begins() {
    let morning = schedule("2011-12-29T09:00", "2012-01-01T00:00", Period::Daily, "Pacific/Apia");
    assert_eq!(local_runs(&morning), ["2011-12-29T09:00", "2011-12-31T00:00", "2011-12-31T09:00"]);
    // At midnight both days begin at the same moment, and that is one send.
    let midnight = schedule("2011-12-29T00:00", "2012-01-02T00:00", Period::Daily, "Pacific/Apia");
    assert_eq!(local_runs(&midnight), ["2011-12-29T00:00", "2011-12-31T00:00", "2012-01-01T00:00"]);
}

#[test]
fn zones_that_gave_up_changing_their_clocks_are_up_to_date() {
    let offset_in = |zone_name: &str, local: &str| at(local, zone_name).to_offset(UtcOffset::UTC).hour();
    assert_eq!(offset_in("America/Mexico_City", "2026-07-01T00:00"), 6);
    assert_eq!(offset_in("Asia/Almaty", "2026-07-01T12:00"), 7);
    assert_eq!(offset_in("America/Asuncion", "2026-07-01T00:00"), 3);
    assert_eq!(offset_in("Africa/Cairo", "2026-07-01T12:00"), 9);
    assert_eq!(offset_in("Europe/Moscow", "2026-07-01T12:00"), 9);
}

#[test]
fn a_mailing_whose_end_comes_before_its_next_run_has_no_next_run() {
    // phpList #911: the end was checked only when the mailing was saved, and a repeated campaign went on past it.
    let schedule = schedule("2026-12-01T09:00", "2026-12-05T00:00", Period::Weekly, "Europe/Moscow");
    let first = schedule.first();
    assert_eq!(schedule.next_run(Some(first), first + Duration::MINUTE), None);
    assert_eq!(schedule.next_after(first), None);
    assert_eq!(schedule.runs().count(), 1);
}

#[test]
fn a_run_exactly_at_the_end_does_not_go_out() {
    let schedule = schedule("2026-12-01T09:00", "2026-12-03T09:00", Period::Daily, "Europe/Moscow");
    assert_eq!(local_runs(&schedule), ["2026-12-01T09:00", "2026-12-02T09:00"]);
    assert_eq!(schedule.next_after(at("2026-12-02T09:00", "Europe/Moscow")), None);
}

#[test]
fn a_single_send_goes_out_once_and_late_only_inside_its_window() {
    let schedule = schedule("2026-12-01T09:00", "2026-12-02T09:00", Period::Once, "Europe/Moscow");
    let first = schedule.first();
    assert_eq!(schedule.next_run(None, first - Duration::DAY), Some(first));
    assert_eq!(schedule.next_run(None, first + Duration::HOUR), Some(first));
    assert_eq!(schedule.next_run(None, schedule.ends_at()), None);
    assert_eq!(schedule.next_run(Some(first), first + Duration::HOUR), None);
    assert_eq!(schedule.runs().collect::<Vec<_>>(), [first]);
}

#[test]
fn a_worker_that_was_away_for_a_year_skips_to_tomorrow() {
    let schedule = schedule("2026-12-01T09:00", "2036-12-01T09:00", Period::Daily, "Europe/Moscow");
    let now = at("2027-12-10T15:00", "Europe/Moscow");
    let next = schedule.next_run(Some(schedule.first()), now);
    assert_eq!(next, Some(at("2027-12-11T09:00", "Europe/Moscow")));
    // A run may also be settled before its own moment has passed: the clock of another machine is behind.
    let next = schedule.next_run(next, now);
    assert_eq!(next, Some(at("2027-12-12T09:00", "Europe/Moscow")));
}

#[test]
fn upcoming_runs_stop_at_the_end() {
    let schedule = schedule("2026-12-01T09:00", "2026-12-04T00:00", Period::Daily, "Europe/Moscow");
    assert_eq!(schedule.upcoming(schedule.first() - Duration::DAY, 2).len(), 2);
    assert_eq!(schedule.upcoming(schedule.first(), 10), schedule.runs().skip(1).collect::<Vec<_>>());
}

#[test]
fn an_end_that_is_not_after_the_start_is_refused() {
    let start = datetime!(2026-12-01 06:00 UTC);
    for end in [start, start - Duration::MINUTE] {
        assert_eq!(Schedule::new(start, end, Period::Daily, Zone::utc()), Err(EndNotAfterStart));
    }
}

#[test]
fn the_edge_of_the_calendar_ends_the_runs_instead_of_panicking() {
    let start = datetime!(9999-12-28 06:00 UTC);
    let schedule = Schedule::new(start, datetime!(9999-12-31 23:59:59 UTC), Period::Daily, zone("Pacific/Apia")).unwrap();
    assert!(schedule.runs().count() >= 2);
    assert_eq!(schedule.next_after(datetime!(9999-12-31 23:59:58 UTC)), None);
    assert!(parse_local("9999-12-31T23:30", &zone("America/New_York")).is_err());
    let _ = (display(datetime!(9999-12-31 23:59 UTC), &zone("Pacific/Apia")), civil(start, &zone("Pacific/Apia")));
    let _ = schedule.sentence();
}

#[test]
fn a_schedule_reads_as_a_sentence() {
    let sentence = |starts_at, ends_at, period| schedule(starts_at, ends_at, period, "Europe/Moscow").sentence();
    assert_eq!(
        sentence("2026-12-31T09:00", "2027-12-01T00:00", Period::Monthly),
        "every month on the 31st, or the month’s last day, at 09:00 Europe/Moscow, from 31 December 2026 until 1 December 2027"
    );
    assert_eq!(
        sentence("2026-12-02T09:00", "2027-12-02T18:30", Period::Monthly),
        "every month on the 2nd at 09:00 Europe/Moscow, from 2 December 2026 until 2 December 2027, 18:30"
    );
    assert_eq!(
        sentence("2026-12-01T09:00", "2027-12-01T00:00", Period::Weekly),
        "every week on Tuesday at 09:00 Europe/Moscow, from 1 December 2026 until 1 December 2027"
    );
    assert_eq!(
        sentence("2026-12-01T09:05", "2027-12-01T00:00", Period::Daily),
        "every day at 09:05 Europe/Moscow, from 1 December 2026 until 1 December 2027"
    );
    assert_eq!(sentence("2026-12-01T09:00", "2027-12-01T00:00", Period::Once), "once, on Tuesday 1 December 2026 at 09:00 Europe/Moscow");
}

#[test]
fn a_moment_is_shown_in_the_zone_of_its_mailing() {
    let moment = datetime!(2026-12-01 06:00 UTC);
    assert_eq!(display(moment, &zone("Europe/Moscow")), "Tue, 1 Dec 2026, 09:00 (Europe/Moscow)");
    assert_eq!(to_local_input(moment, &zone("Asia/Kathmandu")), "2026-12-01T11:45");
    assert_eq!(civil(moment, &zone("America/New_York")), datetime!(2026-12-01 01:00));
}

#[test]
fn a_form_s_time_is_read_with_and_without_seconds() {
    let expected = datetime!(2026-12-01 06:00 UTC);
    assert_eq!(at("2026-12-01T09:00", "Europe/Moscow"), expected);
    assert_eq!(at(" 2026-12-01T09:00:30 ", "Europe/Moscow"), expected + Duration::seconds(30));
}

#[test]
fn a_form_s_time_that_is_none_is_refused() {
    let moscow = zone("Europe/Moscow");
    for text in ["", "tomorrow", "2026-12-01", "2026-02-30T09:00", "2026-12-01T24:00", "2026-12-01T9:00", "2026-12-01 09:00Z"] {
        assert_eq!(parse_local(text, &moscow), Err(LocalTimeError::NotADateTime), "{text}");
    }
    assert_eq!(parse_local("1969-12-31T23:59", &moscow), Err(LocalTimeError::OutOfRange));
    assert_eq!(parse_local("0001-01-01T00:00", &moscow), Err(LocalTimeError::OutOfRange));
}

#[test]
fn a_time_that_the_clocks_skip_is_refused_with_the_next_one_that_exists() {
    let error = parse_local("2026-03-29T02:30", &zone("Europe/Berlin")).unwrap_err();
    assert_eq!(error, LocalTimeError::DoesNotExist { next_valid: "Sun, 29 Mar 2026, 03:00".to_owned() });
    assert_eq!(error.to_string(), "the clocks skip this time; the next one that exists is Sun, 29 Mar 2026, 03:00");
}

#[test]
fn a_repeated_time_in_a_form_means_the_first() {
    assert_eq!(at("2026-10-25T02:30", "Europe/Berlin"), datetime!(2026-10-25 00:30 UTC));
}

#[test]
fn zones_have_their_iana_names() {
    assert_eq!(zone("europe/moscow").name(), "Europe/Moscow");
    assert_eq!(zone("UTC"), Zone::utc());
    for unknown in ["", "Mars/Olympus", "Factory", "Etc/Unknown", "+03:00", "../etc/passwd"] {
        assert!(Zone::parse(unknown).is_err(), "{unknown}");
    }
}

#[test]
fn the_list_of_zones_is_sorted_and_every_name_in_it_can_be_chosen() {
    let names = Zone::all_names();
    assert!(names.is_sorted() && names.len() > 400);
    assert!(names.iter().all(|name| zone(name).name() == name));
    assert!(properties::ZONES.iter().all(|name| names.iter().any(|listed| listed == name)));
    assert!(!names.iter().any(|name| name.starts_with("Etc/") || name == "Factory"));
}

#[test]
fn periods_are_read_as_they_are_written() {
    for period in Period::ALL {
        assert_eq!(period.as_str().parse(), Ok(period));
    }
    assert!("hourly".parse::<Period>().is_err());
}

#[test]
fn a_schedule_reads_as_a_sentence_in_russian_grammar() {
    let sentence = |starts_at: &str, ends_at: &str, period| {
        with(Language::Russian, || schedule(starts_at, ends_at, period, "Europe/Moscow").sentence().replace('\u{202f}', " "))
    };
    assert_eq!(
        sentence("2026-12-31T09:00", "2027-12-01T00:00", Period::Monthly),
        "31-го числа каждого месяца (или в последний день месяца) в 09:00 (Europe/Moscow), с 31 декабря 2026 г. до 1 декабря 2027 г."
    );
    let weekly = [
        ("2026-12-07", "каждый понедельник"),
        ("2026-12-08", "каждый вторник"),
        ("2026-12-09", "каждую среду"),
        ("2026-12-12", "каждую субботу"),
        ("2026-12-13", "каждое воскресенье"),
    ];
    for (day, words) in weekly {
        let start = format!("{day}T09:00");
        let sentence = sentence(&start, "2027-12-01T18:30", Period::Weekly);
        assert!(sentence.starts_with(&format!("{words} в 09:00 (Europe/Moscow), с ")), "{sentence}");
        assert!(sentence.ends_with("до 1 декабря 2027 г., 18:30"), "{sentence}");
    }
    assert_eq!(
        sentence("2026-12-01T09:00", "2027-12-01T00:00", Period::Once),
        "один раз, во вторник, 1 декабря 2026 г., в 09:00 (Europe/Moscow)"
    );
}

#[test]
fn a_copys_dates_are_moved_to_the_first_later_moment_of_the_same_rhythm() {
    let moved = |start, end, period, now: &str| {
        let schedule = schedule(start, end, period, "Europe/Berlin");
        let (start, end) = schedule.moved_after(at(now, "Europe/Berlin"));
        (to_local_input(start, schedule.zone()), to_local_input(end, schedule.zone()))
    };
    let expected = |start: &str, end: &str| (start.to_owned(), end.to_owned());
    // Over summer time; the window has as many days.
    assert_eq!(
        moved("2026-01-05T09:00", "2026-02-05T00:00", Period::Weekly, "2026-05-13T10:00"),
        expected("2026-05-18T09:00", "2026-06-18T00:00")
    );
    assert_eq!(
        moved("2026-01-05T09:00", "2026-01-06T09:00", Period::Once, "2026-05-13T10:00"),
        expected("2026-05-14T09:00", "2026-05-15T09:00")
    );
    assert_eq!(
        moved("2026-01-31T09:00", "2026-12-31T00:00", Period::Monthly, "2026-02-10T10:00"),
        expected("2026-02-28T09:00", "2027-01-28T00:00")
    );
    assert_eq!(
        moved("2026-06-01T09:00", "2026-12-31T00:00", Period::Daily, "2026-02-10T10:00"),
        expected("2026-06-01T09:00", "2026-12-31T00:00")
    );
}
