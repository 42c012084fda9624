package retention

import (
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"strconv"

	"github.com/dendra-net/dendra/yuma"
	"github.com/dendra-net/dendra/yuma/vector"
)

// Camps are shares of the honest camp after one epoch, and how far either camp's votes survived the clipping.
type Camps struct {
	Emission    float64 `json:"emission"`
	Incentive   float64 `json:"incentive"`
	Dividends   float64 `json:"dividends"`
	HonestTrust float64 `json:"honest_trust"`
	CabalTrust  float64 `json:"cabal_trust"`
	// Worst is the emission when the cabal gives itself the part of its votes that suits it best.
	Worst float64 `json:"worst_emission"`
}

// figures are the parts of Camps by name.
func (c Camps) figures() []figure {
	return []figure{{"emission", c.Emission}, {"incentive", c.Incentive}, {"dividends", c.Dividends},
		{"honest trust", c.HonestTrust}, {"cabal trust", c.CabalTrust}, {"worst emission", c.Worst}}
}

type figure struct {
	name  string
	value float64
}

// Share is a line of the table of shares: what honest validators get who hold so much stake, vote with so much noise and
// give so much of their votes to honest servers, against a cabal that votes for itself alone.
type Share struct {
	HonestStakePct uint64  `json:"honest_stake_pct"`
	Utility        float64 `json:"utility"`
	Noise          float64 `json:"noise"`
	WorstSelf      float64 `json:"worst_cabal_self_weight"` // at which the published worst case was found
	Published      Camps   `json:"published"`
	Ours           Camps   `json:"ours"`
}

// Off returns the largest difference of the line and of which figure.
func (s Share) Off() (off float64, what string) {
	ours := s.Ours.figures()
	for k, f := range s.Published.figures() {
		if d := math.Abs(f.value - ours[k].value); d > off {
			off, what = d, f.name
		}
	}
	return off, what
}

// Shares is the table of shares beside ours.
type Shares struct {
	Seeds      int     `json:"seeds"`
	Lines      []Share `json:"lines"`
	Worst      Share   `json:"worst"`
	Difference float64 `json:"difference"` // the largest, of the worst line
	Figure     string  `json:"figure"`     // of this figure
	Beyond     int     `json:"beyond_tolerance"`
}

// columns of the table of shares.
const (
	columnStake = iota
	columnUtility
	columnNoise
	columnEmission
	_
	columnIncentive
	columnDividends
	columnHonestTrust
	columnCabalTrust
	_
	columnWorst
	columnWorstSelf
	columnCount
)

// publishedShares reads the table.
func publishedShares() ([]Share, error) {
	f, err := published.Open("testdata/honest_share.csv")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("published shares: %w", err)
	}
	var out []Share
	for k, line := range lines[1:] {
		x := make([]float64, columnCount)
		for c := range x {
			if x[c], err = strconv.ParseFloat(line[c], 64); err != nil {
				return nil, fmt.Errorf("published shares: line %d: %w", k+2, err)
			}
		}
		out = append(out, Share{
			HonestStakePct: uint64(math.Round(100 * x[columnStake])), Utility: x[columnUtility], Noise: x[columnNoise], WorstSelf: x[columnWorstSelf],
			Published: Camps{x[columnEmission], x[columnIncentive], x[columnDividends], x[columnHonestTrust], x[columnCabalTrust], x[columnWorst]},
		})
	}
	return out, nil
}

// TableShares plays every line of the table of shares.
func TableShares(ctx context.Context, o Options) (Shares, error) {
	lines, err := publishedShares()
	if err != nil {
		return Shares{}, err
	}
	out := Shares{Seeds: o.seedsOr(documentSeeds), Lines: lines}
	if err := each(ctx, len(lines), o.Progress, func(k int) { lines[k].Ours = lines[k].play(out.Seeds) }); err != nil {
		return Shares{}, err
	}
	for _, line := range lines {
		off, what := line.Off()
		if off > Tolerance {
			out.Beyond++
		}
		if off > out.Difference {
			out.Worst, out.Difference, out.Figure = line, off, what
		}
	}
	return out, nil
}

// play returns the mean of the line's figures over the first networks.
func (s Share) play(seeds int) (mean Camps) {
	network := document
	for k := range seeds {
		network.Seed = uint64(k) + 1
		p := network.Draw(s.HonestStakePct, ppm(s.Noise))
		alone := s.epoch(p, million)
		mean.Emission += part(alone.Emission)
		mean.Incentive += part(alone.Incentive)
		mean.Dividends += part(alone.Dividends)
		mean.HonestTrust += part(alone.HonestTrust)
		mean.CabalTrust += part(alone.CabalTrust)
		mean.Worst += part(s.epoch(p, ppm(s.WorstSelf)).Emission)
	}
	n := float64(seeds)
	return Camps{mean.Emission / n, mean.Incentive / n, mean.Dividends / n, mean.HonestTrust / n, mean.CabalTrust / n, mean.Worst / n}
}

func (s Share) epoch(p vector.Population, cabalSelfPPM uint64) vector.CampShares {
	return p.Shares(yuma.Epoch(p.Input(yuma.CompatParams(), p.Weights(ppm(s.Utility), cabalSelfPPM))))
}
