package course

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/dendra-net/dendra/internal/durable"
)

// Line is a line of the log, which is tab-separated and begins with a line of names.
type Line struct {
	Step       int
	Bytes      int64   // trained on so far
	CPUSeconds float64 // used so far, measuring included
	Rate       float32
	Bits       float64 // per byte of what was trained on since the line before, before each step
	HeldOut    float64 // bits per byte of a little held-out text, mean over the kinds
}

const (
	logHead    = "step\tbytes\tcpu_seconds\trate\tbits\theld_out_bits\n"
	logLine    = "%d\t%d\t%.1f\t%.3g\t%.4f\t%.4f\n"
	maxLog     = 4 << 20
	logColumns = 6
)

func writeLog(name string, lines []Line) error {
	out := bytes.NewBufferString(logHead)
	for _, l := range lines {
		fmt.Fprintf(out, logLine, l.Step, l.Bytes, l.CPUSeconds, l.Rate, l.Bits, l.HeldOut)
	}
	return durable.Replace(name, out.Bytes(), 0o644)
}

// ReadLog reads a log.
func ReadLog(name string) ([]Line, error) {
	raw, err := durable.Read(name, maxLog)
	if err != nil {
		return nil, err
	}
	rest, found := strings.CutPrefix(string(raw), logHead)
	if !found {
		return nil, fmt.Errorf("%s is no log: it does not begin with %q", name, logHead)
	}
	var lines []Line
	for text := range strings.Lines(rest) {
		var l Line
		n, err := fmt.Sscanf(text, "%d\t%d\t%f\t%g\t%f\t%f\n", &l.Step, &l.Bytes, &l.CPUSeconds, &l.Rate, &l.Bits, &l.HeldOut)
		if err != nil || n != logColumns {
			return nil, fmt.Errorf("%s: line %d: %w", name, len(lines)+2, err)
		}
		lines = append(lines, l)
	}
	return lines, nil
}
