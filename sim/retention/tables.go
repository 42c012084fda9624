package retention

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dendra-net/dendra/yuma"
)

// Line is a setting of a table and the utility it needs against the strongest attack.
type Line struct {
	Varied         string `json:"varied"` // what this line has that others do not
	HonestStakePct uint64 `json:"honest_stake_pct"`
	Seeds          int    `json:"seeds"`
	Need
	setting Setting
	choices []Attack
	at      float64 // where a chart puts the line
}

// Table compares settings.
type Table struct {
	Name  string `json:"name"`
	About string `json:"about"`
	Axis  string `json:"axis,omitempty"` // what varies, with its unit; empty when it is no number
	Lines []Line `json:"lines"`
}

// tables are what can be asked for by name. Rules are compared against all attacks; what depends on one number, against
// those that the comparison shows to be the strongest.
var tables = []struct {
	name, about, axis string
	seeds             int
	lines             func(honestStakePct uint64) []Line
}{
	{"rules", "under each set of rules, against every attack", "", usualSeeds, ruleLines},
	{"memory", "votes averaged over epochs", "part of its average vote that a validator keeps each epoch", fewSeeds, memoryLines},
	{"kappa", "votes averaged over epochs", "kappa, the majority that makes the consensus (part of stake)", fewSeeds, kappaLines},
	{"persistent", "votes averaged over epochs", "part of the noise's variance that a validator keeps for ever", fewSeeds, persistentLines},
	{"validators", "votes averaged over epochs", "validators' part of the emission", fewSeeds, validatorLines},
	{"information", "where there is nothing to be known", "part of dividends that rewards information", fewSeeds, informationLines},
}

// fewSeeds is how many networks show how a figure depends on a number: those of one figure differ by about 0.001.
const fewSeeds = 6

// TableNames returns the names that Play knows.
func TableNames() (names []string) {
	for _, t := range tables {
		names = append(names, t.name)
	}
	return names
}

// Drawable reports whether the table of this name has a chart.
func Drawable(name string) bool {
	for _, t := range tables {
		if t.name == name {
			return t.axis != ""
		}
	}
	return false
}

// honestStakes are the parts of the stake, in percent, that the tables are about.
var honestStakes = []uint64{51, 60}

// Play plays the table of this name. Progress counts the lines.
func Play(ctx context.Context, name string, o Options) (Table, error) {
	for _, t := range tables {
		if t.name != name {
			continue
		}
		out := Table{Name: name, About: t.about, Axis: t.axis}
		for _, pct := range honestStakes {
			out.Lines = append(out.Lines, t.lines(pct)...)
		}
		o.Seeds = o.seedsOr(t.seeds)
		return out, out.play(ctx, o)
	}
	return Table{}, fmt.Errorf("no table %q; there are %s", name, strings.Join(TableNames(), ", "))
}

func (t *Table) play(ctx context.Context, o Options) error {
	silent := Options{Seeds: o.Seeds}
	for k := range t.Lines {
		line := &t.Lines[k]
		need, err := line.setting.worst(ctx, line.choices, silent)
		if err != nil {
			return err
		}
		line.Need, line.Seeds = need, o.seedsOr(usualSeeds)
		if o.Progress != nil {
			o.Progress(k+1, len(t.Lines))
		}
	}
	return nil
}

func newLine(varied string, s Setting, choices []Attack) Line {
	return Line{Varied: varied, HonestStakePct: s.HonestStakePct, setting: s, choices: choices}
}

// numbered is a line that is a number apart from its neighbours.
func numbered(format string, at float64, s Setting, choices []Attack) Line {
	line := newLine(fmt.Sprintf(format, at), s, choices)
	line.at = at
	return line
}

// withoutInformation is a setting of ours in which dividends do not reward information.
func withoutInformation(pct uint64) Setting {
	s := Ours(pct)
	s.Rules.InformationShare = 0
	return s
}

func ruleLines(pct uint64) []Line {
	original := Ours(pct)
	original.Rules = yuma.CompatParams()
	forgetful := withoutInformation(pct)
	forgetful.Rules.VoteMemoryPPM = 0
	all := attacks(screenStep)
	return []Line{
		newLine("the original", original, all),
		newLine("votes as they are cast", forgetful, all),
		newLine("votes averaged", withoutInformation(pct), all),
		newLine("votes averaged, information rewarded", Ours(pct), all),
	}
}

// plain returns the attacks without frills: nothing but a self weight.
func plain() []Attack {
	return slices.DeleteFunc(attacks(screenStep), func(a Attack) bool { return a != Attack{SelfPPM: a.SelfPPM, Noise: Still} })
}

func memoryLines(pct uint64) (out []Line) {
	for _, keep := range []uint32{0, 500_000, 600_000, 700_000, 800_000, 900_000} {
		s := withoutInformation(pct)
		s.Rules.VoteMemoryPPM = keep
		out = append(out, numbered("%.1f", float64(keep)/million, s, plain()))
	}
	return out
}

func kappaLines(pct uint64) (out []Line) {
	for _, kappa := range []uint16{32_768, 33_423, 36_044, 39_321} {
		s := withoutInformation(pct)
		s.Rules.Kappa = kappa
		out = append(out, numbered("%.2f", float64(kappa)/65_535, s, plain()))
	}
	return out
}

func persistentLines(pct uint64) (out []Line) {
	for _, lasting := range []float64{0, 0.25, 0.5, 1} {
		s := withoutInformation(pct)
		s.PersistentNoise = lasting
		out = append(out, numbered("%.2f", lasting, s, plain()))
	}
	return out
}

func validatorLines(pct uint64) (out []Line) {
	for _, share := range []float64{0, 0.25, 0.5, 0.75} {
		s := withoutInformation(pct)
		s.ValidatorShare = share
		out = append(out, numbered("%.2f", share, s, plain()))
	}
	return out
}

func informationLines(pct uint64) (out []Line) {
	choices := slices.DeleteFunc(attacks(screenStep), func(a Attack) bool { return a.Few || a.Alternate || a.Liquid || a.Noise == Alone })
	for _, share := range []uint16{0, 8_192, 16_384, 32_768} {
		s := Ours(pct)
		s.Rules.InformationShare = share
		out = append(out, numbered("%.3f", float64(share)/65_535, s, choices))
	}
	return out
}
