package term

import (
	"bufio"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// gap is what lies between two columns.
const gap = "  "

// Column is the head of a column. Units belong into the title: "STAKE (TAO)".
type Column struct {
	Title string
	Right bool // numbers are read from the right
}

// Table is rows under aligned columns.
type Table struct {
	Columns []Column
	rows    [][]string
}

// Add appends a row; missing cells are empty, those beyond the columns are dropped.
func (t *Table) Add(cells ...string) {
	row := make([]string, len(t.Columns))
	for i := range min(len(cells), len(row)) {
		row[i] = Clean(cells[i])
	}
	t.rows = append(t.rows, row)
}

// Write prints the titles and all rows, or that there are none. Lines carry no blanks at their end.
func (t *Table) Write(w io.Writer) error {
	titles := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		titles[i] = c.Title
	}
	widths := t.widths(titles)
	out := bufio.NewWriter(w)
	for _, row := range append([][]string{titles}, t.rows...) {
		line := make([]string, len(row))
		for i, cell := range row {
			line[i] = pad(cell, widths[i], t.Columns[i].Right)
		}
		if _, err := out.WriteString(strings.TrimRight(strings.Join(line, gap), " ") + "\n"); err != nil {
			return err
		}
	}
	if len(t.rows) == 0 {
		if _, err := out.WriteString("(none)\n"); err != nil {
			return err
		}
	}
	return out.Flush()
}

func (t *Table) widths(titles []string) []int {
	widths := make([]int, len(titles))
	for _, row := range append([][]string{titles}, t.rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	return widths
}

func pad(cell string, width int, right bool) string {
	blank := strings.Repeat(" ", max(width-utf8.RuneCountInString(cell), 0))
	if right {
		return blank + cell
	}
	return cell + blank
}

// Clean makes text from a stranger safe to print: what could move the cursor or hide text becomes a question mark.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, s)
}

// Bar draws a fraction of 1 as width characters.
func Bar(fraction float64, width int) string {
	full := 0
	if fraction > 0 { // also false for what is no number
		full = min(int(fraction*float64(width)+0.5), width)
	}
	return strings.Repeat("#", full) + strings.Repeat(".", width-full)
}
