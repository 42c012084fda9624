package evidence

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"slices"

	"github.com/dendra-net/dendra/internal/durable"
	"github.com/dendra-net/dendra/internal/jsonbound"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/validator/scoring"
)

// Limits of the curve.
const (
	curveEpochs = 1000
	curveBytes  = 8 << 20
)

// curveLimits bound what a curve takes in memory. In one every element of an array is an object, and no object has more than
// one array of no objects.
var curveLimits = jsonbound.Limits{Bytes: curveBytes, Objects: 1 << 17, Elements: 1 << 18}

// Point is what one epoch brought, for plots: the curve of a subnet is its points.
type Point struct {
	Epoch  uint64       `json:"epoch"`
	Height int64        `json:"height"`
	Miners []MinerPoint `json:"miners"` // those measured in the epoch, by hotkey
	Facts  []Fact       `json:"facts,omitempty"`
}

// MinerPoint is what one epoch brought of one miner.
type MinerPoint struct {
	Hotkey  neuron.Address `json:"hotkey"`
	Share   float64        `json:"share"` // of the exam, or the mean of the grades
	StdErr  float64        `json:"std_err"`
	Pruning float64        `json:"pruning,omitempty"` // bits per byte
	Facts   []Fact         `json:"facts,omitempty"`
}

// Curve is the history of a subnet as one validator measured it, oldest first, of revealed epochs only.
type Curve struct {
	Netuid uint16  `json:"netuid"`
	Points []Point `json:"points"`
}

func curvePath(dir string) string { return filepath.Join(dir, "curve.json") }

// ReadCurve reads the curve of a subnet under a validator's directory. Without one it is empty.
func ReadCurve(dir string, netuid uint16) (Curve, error) {
	return readCurve(storeDir(dir, netuid), netuid)
}

func readCurve(dir string, netuid uint16) (Curve, error) {
	c := Curve{Netuid: netuid, Points: []Point{}}
	text, err := durable.Read(curvePath(dir), 2*curveBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err == nil {
		err = doubled(curveLimits).Check(text)
	}
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err != nil {
		return Curve{}, fmt.Errorf("%w: curve: %w; move %s aside to begin it anew", ErrStore, err, curvePath(dir))
	}
	return c, nil
}

// doubled has room for a single epoch that is above the limits: there is none to forget for it.
func doubled(l jsonbound.Limits) jsonbound.Limits {
	return jsonbound.Limits{Bytes: 2 * l.Bytes, Objects: 2 * l.Objects, Elements: 2 * l.Elements}
}

// extendCurve adds points and forgets the oldest beyond the limits. A point that is there already, as after a crash
// between curve and index, is replaced.
func (s *Store) extendCurve(points []Point) error {
	c, err := readCurve(s.dir, s.index.Netuid)
	if err != nil || len(points) == 0 {
		return err
	}
	for len(c.Points) > 0 && c.Points[len(c.Points)-1].Epoch >= points[0].Epoch {
		c.Points = c.Points[:len(c.Points)-1]
	}
	c.Points = append(c.Points, points...)
	c.Points = c.Points[max(0, len(c.Points)-curveEpochs):]
	text, err := json.Marshal(c)
	for err == nil && curveLimits.Check(text) != nil && len(c.Points) > 1 {
		c.Points = c.Points[len(c.Points)/8+1:]
		text, err = json.Marshal(c)
	}
	if err == nil {
		err = durable.Replace(curvePath(s.dir), text, 0o600)
	}
	if err != nil {
		return fmt.Errorf("write the curve: %w", err)
	}
	return nil
}

func pointOf(f *File) *Point {
	p := &Point{Epoch: f.Epoch, Height: f.Height, Miners: []MinerPoint{}}
	if f.Exam != nil {
		p.Facts = f.Exam.Facts
	}
	for _, s := range f.measured() {
		p.Miners = append(p.Miners, MinerPoint{s.Hotkey, s.Last.Mean, s.Last.StdErr, s.Last.Pruning, FactsOf(s.Last.Facts)})
	}
	return p
}

// measured lists the standings that the epoch changed.
func (f *File) measured() []scoring.Standing {
	var out []scoring.Standing
	for _, s := range f.After {
		if s.Epoch == f.Epoch && s.Mass > 0 {
			out = append(out, s)
		}
	}
	return out
}

// pruningOf is the part of the note on the chain that says who could be left out: the average pruning score of every
// seat with a standing, by uid. A task has none, nor an exam that never found one.
func pruningOf(f *File) *pruning {
	if f.Exam == nil {
		return nil
	}
	known := map[scoring.Registration]scoring.Standing{}
	for _, s := range f.After {
		known[s.Registration] = s
	}
	var p pruning
	for _, seat := range f.Seats {
		s, ok := known[scoring.Registration{Hotkey: seat.Hotkey, Generation: seat.Generation}]
		if !ok {
			continue
		}
		p.UIDs = append(p.UIDs, seat.UID)
		p.Generations = append(p.Generations, seat.Generation)
		p.Scores = append(p.Scores, uint32(min(max(math.Round(s.Pruning()*1e6), 0), math.MaxUint32)))
	}
	if !slices.ContainsFunc(p.Scores, func(score uint32) bool { return score > 0 }) {
		return nil
	}
	return &p
}
