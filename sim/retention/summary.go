package retention

// FigureCount is how many figures a line of the table of shares has.
const FigureCount = 6

// PlotNames returns the published drawings by name.
func PlotNames() (names []string) {
	for _, p := range plots {
		names = append(names, p.name)
	}
	return names
}

// PlotSummary is how near ours is to one drawing.
type PlotSummary struct {
	Name   string
	Points int
	Worst  Point
}

// ByPlot sums the points up by drawing.
func (c Contours) ByPlot() (out []PlotSummary) {
	for _, p := range c.Points {
		if len(out) == 0 || out[len(out)-1].Name != p.Plot {
			out = append(out, PlotSummary{Name: p.Plot, Worst: p})
		}
		last := &out[len(out)-1]
		last.Points++
		if p.Off() > last.Worst.Off() {
			last.Worst = p
		}
	}
	return out
}

// NoiseSummary is how near ours is to the lines of one noise.
type NoiseSummary struct {
	Noise float64
	Lines int
	Worst Share
}

// ByNoise sums the lines up by noise, in the order of the table.
func (s Shares) ByNoise() (out []NoiseSummary) {
	for _, l := range s.Lines {
		if len(out) == 0 || out[len(out)-1].Noise != l.Noise {
			out = append(out, NoiseSummary{Noise: l.Noise, Worst: l})
		}
		last := &out[len(out)-1]
		last.Lines++
		if off, _ := l.Off(); off > offOf(last.Worst) {
			last.Worst = l
		}
	}
	return out
}

func offOf(s Share) float64 { off, _ := s.Off(); return off }
