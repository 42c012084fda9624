package term

import (
	"fmt"
	"io"
	"math"
	"os"
	"sync"
	"time"

	"golang.org/x/term"
)

// IsTerminal reports whether f, a reader or writer, is a terminal that a person looks at.
func IsTerminal(f any) bool {
	file, ok := f.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// eraseLine goes to the start of the line and clears it.
const eraseLine = "\r\x1b[K"

// Line is a single line that replaces itself. The zero Line, and one without a terminal, writes nothing.
type Line struct {
	w     io.Writer
	mu    sync.Mutex
	shown bool
}

// NewLine returns a line on w when live is set: w is a terminal and its user wants control codes.
func NewLine(w io.Writer, live bool) *Line {
	if !live {
		w = nil
	}
	return &Line{w: w}
}

// Show replaces the line. What cannot be shown is not worth stopping for, so there is no error.
func (l *Line) Show(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.w == nil {
		return
	}
	l.shown = true
	fmt.Fprint(l.w, eraseLine+Clean(fmt.Sprintf(format, args...)))
}

// Clear takes the line away, so that ordinary output can follow.
func (l *Line) Clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.w != nil && l.shown {
		fmt.Fprint(l.w, eraseLine)
		l.shown = false
	}
}

// Live reports whether control codes may be written to a terminal in this environment.
func Live(w any, getenv func(string) string) bool {
	return IsTerminal(w) && getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
}

// Rate prints a rate with a unit prefix: "1.25 M".
func Rate(perSecond float64) string {
	for _, step := range []struct {
		size float64
		name string
	}{{1e9, " G"}, {1e6, " M"}, {1e3, " k"}} {
		if perSecond >= step.size {
			return fmt.Sprintf("%.2f%s", perSecond/step.size, step.name)
		}
	}
	return fmt.Sprintf("%.0f ", perSecond)
}

// ETA prints the time that is left at a rate, or "?" while there is none.
func ETA(left, perSecond float64) string {
	seconds := left / perSecond
	if math.IsNaN(seconds) || seconds < 0 || seconds > 1e8 {
		return "?"
	}
	return time.Duration(seconds * float64(time.Second)).Round(time.Second).String()
}
