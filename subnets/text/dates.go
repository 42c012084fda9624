package text

import (
	"fmt"
	"strconv"
	"time"
)

var (
	weekdayRules = []string{"Reply with the name of the day only.", "Just the day, please.", "Answer with one word."}
	dateRules    = []string{"Reply with the date only, as YYYY-MM-DD.", "Give only the date in the form YYYY-MM-DD.", "Use the format YYYY-MM-DD. No explanation."}
)

// day draws a date whose year is nearer to now the easier the level.
func (d *draw) day() time.Time {
	return time.Date(2026-d.intn(40*d.level), 1, 1+d.intn(365), 0, 0, 0, 0, time.UTC)
}

// written shows a date in one of the common ways.
func (d *draw) written(t time.Time) string {
	return t.Format(oneOf(d, "2006-01-02", "January 2, 2006", "2 January 2006"))
}

func makeDates(d *draw) item {
	a := d.day()
	switch d.intn(3) {
	case 0:
		return d.weekday(a)
	case 1:
		return d.daysBetween(a)
	}
	return d.daysAfter(a)
}

func (d *draw) weekday(a time.Time) item {
	prompt := d.fill([]string{"a", d.written(a)},
		"What day of the week was {a}?", "Which weekday was {a}?", "On which day of the week did {a} fall?", "{a}: what day of the week is that?")
	return item{prompt, weekdayRules, truth{kindWord, a.Weekday().String()}}
}

func (d *draw) daysBetween(a time.Time) item {
	n := d.between(5, 60*d.level*d.level)
	b := a.AddDate(0, 0, n)
	prompt := d.fill([]string{"a", d.written(a), "b", d.written(b)},
		"How many days are there between {a} and {b}?", "How many days lie between {a} and {b}, counting only one of the two?",
		"Count the days from {a} to {b}, leaving out the first.", "{a} to {b}: how many days later is that?")
	return item{prompt, numberRules, number(int64(n))}
}

func (d *draw) daysAfter(a time.Time) item {
	n := d.between(3, 40*d.level*d.level)
	word, b := "after", a.AddDate(0, 0, n)
	if d.chance(40) {
		word, b = "before", a.AddDate(0, 0, -n)
	}
	prompt := d.fill([]string{"a", d.written(a), "n", strconv.Itoa(n), "w", word},
		"What is the date {n} days {w} {a}?", "Which date lies {n} days {w} {a}?", "Find the date that is {n} days {w} {a}.")
	return item{prompt, dateRules, truth{kindDate, fmt.Sprint(b.Format(time.DateOnly))}}
}
