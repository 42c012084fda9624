package cli

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/dendra-net/dendra/explain"
	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/neuron"
)

// mostRows is how many rows of a long list are shown unless all are wanted.
const mostRows = 20

// page is an explanation being written for a person: a sentence with the result, then the steps to it.
type page struct {
	all   bool
	names map[neuron.Address]string

	headline string
	steps    strings.Builder
}

func (p *page) say(format string, args ...any) { p.headline = fmt.Sprintf(format, args...) }

func (p *page) line(format string, args ...any) { fmt.Fprintf(&p.steps, format+"\n", args...) }

// step begins a part of the way.
func (p *page) step(format string, args ...any) { p.line("\n"+format, args...) }

// list writes a table of n rows, the first of them when they are many.
func (p *page) list(n int, columns []term.Column, row func(i int) []string) {
	t := term.Table{Columns: columns}
	shown := n
	if !p.all {
		shown = min(n, mostRows)
	}
	for i := range shown {
		t.Add(row(i)...)
	}
	p.table(t)
	if shown < n {
		p.line("  and %d more (--all)", n-shown)
	}
}

func (p *page) table(t term.Table) {
	var b strings.Builder
	if err := t.Write(&b); err != nil {
		panic(err) // a strings.Builder takes everything
	}
	for _, line := range strings.Split(strings.TrimRight(b.String(), "\n"), "\n") {
		p.line("  %s", line)
	}
}

// sums writes the last steps: what is computed, how, and what it is.
func (p *page) sums(rows ...[3]string) {
	t := term.Table{Columns: []term.Column{{Title: ""}, {Title: "HOW"}, {Title: "VALUE", Right: true}}}
	for _, r := range rows {
		t.Add(r[0], r[1], r[2])
	}
	p.table(t)
}

func (p *page) name(hotkey string) string { return nameOf(neuron.Address(hotkey), p.names) }

func (p *page) write(w io.Writer, h explain.About) error {
	equal := "computed again: equal to the chain's"
	if !h.EqualToChain {
		equal = "computed again: DIFFERS from the chain's"
	}
	if _, err := fmt.Fprintf(w, "%s\nsubnet %d   epoch %d   height %d   %s\n%s",
		printable(p.headline), h.Netuid, h.Epoch, h.Height, equal, printable(p.steps.String())); err != nil {
		return err
	}
	if h.EqualToChain {
		return nil
	}
	t := term.Table{Columns: []term.Column{{Title: "DIFFERS IN"}, {Title: "NEURON", Right: true}, {Title: "ON THE CHAIN", Right: true}, {Title: "COMPUTED AGAIN", Right: true}}}
	for _, d := range h.Differences {
		uid := strconv.Itoa(d.UID)
		if d.UID < 0 {
			uid = "-"
		}
		t.Add(d.Field, uid, d.Chain, d.Recomputed)
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	if err := t.Write(w); err != nil || h.MoreDifferences == 0 {
		return err
	}
	_, err := fmt.Fprintf(w, "and %d more\n", h.MoreDifferences)
	return err
}

// number prints a share of one.
func number(s explain.Share) string { return strconv.FormatFloat(s.Float(), 'f', 6, 64) }

// percentage prints a share as hundredths.
func percentage(s explain.Share) string { return strconv.FormatFloat(100*s.Float(), 'f', 3, 64) }

// ofU16 prints parts of 65535 as a percentage.
func ofU16(v uint16) string { return strconv.FormatFloat(100*float64(v)/65535, 'f', 2, 64) + " %" }

// ofMillion prints millionths as a percentage.
func ofMillion(v uint32) string { return strconv.FormatFloat(float64(v)/10_000, 'f', 1, 64) + " %" }

func number16(uid uint16) string { return strconv.Itoa(int(uid)) }
