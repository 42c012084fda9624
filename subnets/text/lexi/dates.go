package lexi

import (
	"strconv"
	"strings"
	"time"
)

const monthNames = `(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?`

var (
	dateForm = lazy(`(?i)\b(\d{4})-(\d{1,2})-(\d{1,2})\b|\b(\d{1,2})(?:st|nd|rd|th)?(?: of)? ` + monthNames + `,? (\d{4})\b|\b` +
		monthNames + ` (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})\b|\b(today|now|tomorrow|yesterday)\b`)
	presentForm = lazy(`^what(?: is|'s)? (?:the )?(?:(?:current |today's )?(?:day|date|time)(?: and time)?)(?: is it)?(?: today| now| is it| of today)*\W*$`)
	spanForm    = lazy(`(?i)\b(\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten) (day|week|fortnight|month|year)s?\b`)
	leapForm    = lazy(`(?i)\b(\d{1,4})\b.*\bleap year|leap year.*\b(\d{1,4})\b`)
	monthLength = lazy(`(?i)how many days (?:are there |are |does |has )?(?:in )?` + monthNames + `(?: have)?(?: (?:in|of))?,? ?(\d{4})?`)
)

var monthNumbers = map[string]time.Month{"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12}

func solveDates(q *query) (reply, bool) {
	if daysUntil.MatchString(q.low) {
		return q.untilDate()
	}
	if m := leapForm.FindStringSubmatch(q.low); m != nil {
		return q.leap(m[1] + m[2])
	}
	if presentForm.MatchString(q.low) {
		return known(q.now().UTC().Format("Monday, 2006-01-02, 15:04 MST"))
	}
	dates := q.dates(q.low)
	switch {
	case len(dates) == 2 && q.contains("day", "days", "weeks"):
		return q.between(dates[0], dates[1])
	case len(dates) == 1:
		return q.fromOne(dates[0])
	case len(dates) > 2 && q.contains("earliest", "first", "oldest", "latest", "last", "newest"):
		return q.extremeDate(dates)
	case len(dates) > 0:
		return unknown()
	}
	if m := monthLength.FindStringSubmatch(q.low); m != nil {
		return q.daysInMonth(m[1], m[2])
	}
	return unknown()
}

var (
	daysUntil  = lazy(`\bhow (?:many days|long)(?: is it| are there| left| remain| to go)* (?:until|till|to|before|since) (?:the )?(?:next )?(christmas|new year|\d{4}-\d\d-\d\d|\d{1,2}[a-z]{0,2} [a-z]+ \d{4}|[a-z]+ \d{1,2}[a-z]{0,2},? \d{4})`)
	feastDates = map[string]string{"christmas": "-12-25", "new year": "-01-01"}
)

// untilDate counts from today.
func (q *query) untilDate() (reply, bool) {
	today := q.now().UTC().Truncate(24 * time.Hour)
	name := daysUntil.FindStringSubmatch(q.low)[1]
	day, isFeast := feastDates[name]
	if !isFeast {
		if d := q.dates(name); len(d) == 1 {
			return q.between(today, d[0])
		}
		return unknown()
	}
	for year := today.Year(); ; year++ {
		if d := q.dates(strconv.Itoa(year) + day); len(d) == 1 && !d[0].Before(today) {
			return q.between(today, d[0])
		}
		if year > today.Year()+1 {
			return unknown()
		}
	}
}

// dates finds the dates of text in their order, as midnights in UTC.
func (q *query) dates(text string) []time.Time {
	var out []time.Time
	for _, m := range dateForm.FindAllStringSubmatch(text, 32) {
		if t, ok := q.readDate(m); ok {
			out = append(out, t)
		}
	}
	return out
}

func (q *query) readDate(m []string) (time.Time, bool) {
	switch {
	case m[1] != "":
		month, err := strconv.Atoi(m[2])
		return civil(m[1], time.Month(month), m[3], err == nil)
	case m[4] != "":
		return civil(m[6], monthNumbers[m[5]], m[4], true)
	case m[7] != "":
		return civil(m[9], monthNumbers[m[7]], m[8], true)
	}
	day := map[string]int{"tomorrow": 1, "yesterday": -1}[m[10]]
	return q.now().UTC().Truncate(24*time.Hour).AddDate(0, 0, day), true
}

// civil refuses days that the calendar does not have.
func civil(year string, month time.Month, day string, ok bool) (time.Time, bool) {
	y, errY := strconv.Atoi(year)
	d, errD := strconv.Atoi(day)
	t := time.Date(y, month, d, 0, 0, 0, 0, time.UTC)
	return t, ok && errY == nil && errD == nil && t.Month() == month && t.Day() == d
}

func (q *query) between(a, b time.Time) (reply, bool) {
	days := int(b.Sub(a).Hours()) / 24
	if days < 0 {
		days = -days
	}
	if q.contains("weeks") && !q.contains("days") {
		return known(strconv.Itoa(days/7) + q.only("", " weeks"))
	}
	return known(strconv.Itoa(days) + q.only("", " days"))
}

// fromOne answers what can be asked of one date: a date some days away, or its weekday.
func (q *query) fromOne(t time.Time) (reply, bool) {
	spans := spanForm.FindAllStringSubmatch(q.low, 4)
	for _, m := range spans {
		t = shift(t, m[1], strings.ToLower(m[2]), q.contains("before", "prior to", "earlier", "ago", "subtract", "back from", "preceding"))
	}
	weekday := q.contains("weekday", "day of the week", "what day", "which day", "day of week", "fall on", "falls on")
	switch {
	case weekday && (len(spans) == 0 || !q.contains("date")):
		return known(t.Weekday().String())
	case len(spans) > 0 || q.contains("date is today", "today's date", "the date"):
		return known(t.Format(time.DateOnly) + q.only("", ", a "+t.Weekday().String()))
	}
	return unknown()
}

func shift(t time.Time, amount, unit string, back bool) time.Time {
	n, err := strconv.Atoi(amount)
	if err != nil {
		n = max(1, int(wordNumbers[amount]))
	}
	n = min(n, 1_000_000)
	if back {
		n = -n
	}
	switch unit {
	case "day":
		return t.AddDate(0, 0, n)
	case "week":
		return t.AddDate(0, 0, 7*n)
	case "fortnight":
		return t.AddDate(0, 0, 14*n)
	case "month":
		return t.AddDate(0, n, 0)
	}
	return t.AddDate(min(max(n, -5000), 5000), 0, 0)
}

func (q *query) extremeDate(dates []time.Time) (reply, bool) {
	best := dates[0]
	late := q.contains("latest", "last", "newest")
	for _, d := range dates[1:] {
		if d.After(best) == late && !d.Equal(best) {
			best = d
		}
	}
	return known(best.Format(time.DateOnly))
}

func (q *query) leap(year string) (reply, bool) {
	y, err := strconv.Atoi(year)
	if err != nil {
		return unknown()
	}
	if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
		return known(q.only("Yes", "Yes, "+year+" is a leap year."))
	}
	return known(q.only("No", "No, "+year+" is not a leap year."))
}

func (q *query) daysInMonth(month, year string) (reply, bool) {
	y, err := strconv.Atoi(year)
	if err != nil {
		y = q.now().Year()
	}
	return known(strconv.Itoa(time.Date(y, monthNumbers[month]+1, 0, 0, 0, 0, 0, time.UTC).Day()))
}
