package retention

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strconv"

	"github.com/dendra-net/dendra/yuma"
	"github.com/dendra-net/dendra/yuma/vector"
)

//go:embed testdata/doc_retention_contours.json testdata/honest_share.csv
var published embed.FS

// document is the network of the published plots; they are means over the seeds 1 to documentSeeds.
var document = vector.Network{N: 512, Validators: 64, StakeStddevPPM: 300_000, TotalStake: 21_000_000_000_000_000, Seed: 1}

const documentSeeds = 10

// plotted is what a published plot varies.
type plotted struct {
	name           string
	stddevPPM      uint64 // spread of the votes
	penalty, kappa uint16
	validatorShare float64 // part of the emission that goes to validators
}

// plots are the published drawings. weights_stddev_40 was drawn five times, under five names.
var plots = []plotted{
	{"weights_stddev_0", 0, 65_535, 32_767, 0.5},
	{"weights_stddev_20", 200_000, 65_535, 32_767, 0.5},
	{"weights_stddev_40", 400_000, 65_535, 32_767, 0.5},
	{"bonds_penalty_0", 400_000, 0, 32_767, 0.5},
	{"bonds_penalty_50", 400_000, 32_768, 32_767, 0.5},
	{"kappa_40", 400_000, 65_535, 26_214, 0.5},
	{"kappa_60", 400_000, 65_535, 39_321, 0.5},
	{"validator_emission_0", 400_000, 65_535, 32_767, 0},
	{"validator_emission_25", 400_000, 65_535, 32_767, 0.25},
}

func (p plotted) rules() yuma.Params {
	rules := yuma.CompatParams()
	rules.BondsPenalty, rules.Kappa = p.penalty, p.kappa
	return rules
}

// Reading is a point read off a published plot.
type Reading struct {
	Plot           string  `json:"plot"`
	HonestStakePct uint64  `json:"honest_stake_pct"`
	CabalSelf      float64 `json:"cabal_self_weight"`
	Published      float64 `json:"published_utility"`
	// Maximum marks the rightmost point of a line, whose height was read as well.
	Maximum bool `json:"maximum,omitempty"`
}

// Names of what was read off the lines besides points at round heights. A line is read as 0 where its label interrupts it;
// only at the lowest height may it be.
const (
	lowest      = "0.0"
	rightmost   = "max_x"
	rightmostAt = "argmax_y"
)

// Readings returns the published points of the plots named, or of all, in order, and how many more could not be read.
func Readings(names ...string) (readings []Reading, unreadable int, err error) {
	raw, err := fs.ReadFile(published, "testdata/doc_retention_contours.json")
	if err != nil {
		return nil, 0, err
	}
	var drawings map[string]map[string]map[string]*float64 // file, honest stake, what was read
	if err := json.Unmarshal(raw, &drawings); err != nil {
		return nil, 0, fmt.Errorf("published contours: %w", err)
	}
	for _, p := range plots {
		if len(names) > 0 && !slices.Contains(names, p.name) {
			continue
		}
		found, missing, err := readLines(p.name, drawings[p.name+".svg"])
		if err != nil {
			return nil, 0, fmt.Errorf("published contours: %s: %w", p.name, err)
		}
		readings, unreadable = append(readings, found...), unreadable+missing
	}
	return readings, unreadable, nil
}

// readLines returns the points of a drawing, by stake and height.
func readLines(plot string, lines map[string]map[string]*float64) (found []Reading, missing int, err error) {
	for stake, line := range lines {
		honest, err := strconv.ParseFloat(stake, 64)
		if err != nil {
			return nil, 0, err
		}
		point := Reading{Plot: plot, HonestStakePct: uint64(math.Round(100 * honest))}
		for height, read := range line {
			point.Maximum = height == rightmost
			switch {
			case height == rightmostAt:
				continue
			case read == nil || *read == 0 && height != lowest:
				missing++
				continue
			case point.Maximum:
				if line[rightmostAt] == nil {
					return nil, 0, fmt.Errorf("line %s has a rightmost point without its height", stake)
				}
				point.CabalSelf = *line[rightmostAt]
			default:
				if point.CabalSelf, err = strconv.ParseFloat(height, 64); err != nil {
					return nil, 0, err
				}
			}
			point.Published = *read
			found = append(found, point)
		}
	}
	slices.SortFunc(found, Reading.compare)
	return found, missing, nil
}

// compare orders the points of a plot.
func (r Reading) compare(s Reading) int {
	switch {
	case r.HonestStakePct != s.HonestStakePct:
		return int(r.HonestStakePct) - int(s.HonestStakePct)
	case r.Maximum != s.Maximum:
		if s.Maximum {
			return -1
		}
		return 1
	case r.CabalSelf < s.CabalSelf:
		return -1
	case r.CabalSelf > s.CabalSelf:
		return 1
	}
	return 0
}

// ppm returns a part of one in millionths.
func ppm(part float64) uint64 { return uint64(math.Round(part * million)) }
