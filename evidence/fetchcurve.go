package evidence

import (
	"context"
	"encoding/json"
	"fmt"
	"math"

	"github.com/dendra-net/dendra/neuron"
)

// Limits of a curve that comes from elsewhere.
const (
	maxCurveMiners = 4096 // of one epoch
	maxCurveFacts  = 64   // of one miner, or of an epoch
	maxCurveName   = 100  // bytes of a fact's name
)

// Curve fetches how the subnet went, as the validator measured it. What is not as a validator writes it gives ErrFetch.
func (f Fetcher) Curve(ctx context.Context) (Curve, error) {
	text, err := f.get(ctx, fmt.Sprintf("/evidence/%d/curve.json", f.Netuid), curveBytes)
	if err != nil {
		return Curve{}, err
	}
	c, err := parseCurve(text, f.Netuid)
	if err != nil {
		return Curve{}, fmt.Errorf("%w: the curve of %s: %w", ErrFetch, f.Base, err)
	}
	return c, nil
}

// parseCurve reads a curve that anyone may have written.
func parseCurve(text []byte, netuid uint16) (Curve, error) {
	if err := curveLimits.Check(text); err != nil {
		return Curve{}, err
	}
	var c Curve
	if err := json.Unmarshal(text, &c); err != nil {
		return Curve{}, err
	}
	return c, c.check(netuid)
}

// check refuses what Release never writes.
func (c Curve) check(netuid uint16) error {
	if c.Netuid != netuid || len(c.Points) > curveEpochs {
		return fmt.Errorf("it is of subnet %d with %d epochs; want subnet %d and at most %d", c.Netuid, len(c.Points), netuid, curveEpochs)
	}
	for i, p := range c.Points {
		if i > 0 && p.Epoch <= c.Points[i-1].Epoch {
			return fmt.Errorf("epoch %d follows epoch %d", p.Epoch, c.Points[i-1].Epoch)
		}
		if err := p.check(); err != nil {
			return fmt.Errorf("epoch %d: %w", p.Epoch, err)
		}
	}
	return nil
}

func (p Point) check() error {
	if len(p.Miners) > maxCurveMiners {
		return fmt.Errorf("%d miners, at most %d", len(p.Miners), maxCurveMiners)
	}
	for _, m := range p.Miners {
		if _, err := neuron.ParseAddress(string(m.Hotkey)); err != nil {
			return err
		}
		if !finite(m.Share) || !finite(m.StdErr) || !finite(m.Pruning) {
			return fmt.Errorf("%s has a figure beyond all bounds", m.Hotkey)
		}
		if err := checkFacts(m.Facts); err != nil {
			return fmt.Errorf("%s: %w", m.Hotkey, err)
		}
	}
	return checkFacts(p.Facts)
}

func checkFacts(facts []Fact) error {
	if len(facts) > maxCurveFacts {
		return fmt.Errorf("%d facts, at most %d", len(facts), maxCurveFacts)
	}
	for _, f := range facts {
		if len(f.Name) > maxCurveName || !finite(f.Value) || !finite(f.StdErr) {
			return fmt.Errorf("fact %.100q is too long or beyond all bounds", f.Name)
		}
	}
	return nil
}

// finite bounds a figure to what can be drawn.
func finite(x float64) bool { return !math.IsNaN(x) && math.Abs(x) <= 1e9 }
