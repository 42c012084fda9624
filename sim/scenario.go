package sim

import (
	"embed"
	"fmt"
	"path"
	"strings"
)

// Scenario is a game as a file has it.
type Scenario struct {
	Name  string
	Title string
	Game  Game
	Cost  float64 // of a full evaluation, as a part of the first group's dividend
}

// ScenarioError says what is wrong with a scenario and where.
type ScenarioError struct {
	File   string
	Line   int // 1-based; 0 when the fault is not in one line
	Reason string
}

func (e *ScenarioError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.File, e.Reason)
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Reason)
}

// Limits of a scenario file.
const (
	MaxScenarioBytes = 64 << 10
	maxScenarioLine  = 400
	maxGroups        = 32
	maxRegistrations = 256
)

//go:embed scenarios/*.txt
var shipped embed.FS

// Scenarios are the names of those that come with the program, in alphabetical order.
func Scenarios() ([]string, error) {
	entries, err := shipped.ReadDir("scenarios")
	if err != nil {
		return nil, err
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = strings.TrimSuffix(e.Name(), ".txt")
	}
	return names, nil
}

// Shipped returns the text of a scenario that comes with the program.
func Shipped(name string) (text []byte, found bool) {
	text, err := shipped.ReadFile(path.Join("scenarios", name+".txt"))
	return text, err == nil
}

// ParseScenario reads a scenario. Each line is a word, mostly a name, and KEY=VALUE pairs; # begins a comment.
//
//	title  a copier of the last consensus
//	rules  ours information-share=0
//	world  medium noise=0.3
//	epochs 360 burn-in=60 seed=1
//	validators honest count=16 stake=0.95 spread=0.5
//	validators copier count=1 stake=0.05 does=copy from=last-consensus fraction=0.25 part=miners
//	miners good count=64
//
// Errors are *ScenarioError.
func ParseScenario(file string, text []byte) (Scenario, error) {
	p := parser{file: file, seen: map[string]bool{}, out: Scenario{
		Name: strings.TrimSuffix(path.Base(file), ".txt"), Cost: 0.1,
		Game: Game{Rules: Ours(), World: environments[2], Epochs: 360, BurnIn: 60, Seed: 1},
	}}
	if len(text) > MaxScenarioBytes {
		return Scenario{}, p.fail("%d bytes; the most is %d", len(text), MaxScenarioBytes)
	}
	for i, line := range strings.Split(string(text), "\n") {
		p.line = i + 1
		if len(line) > maxScenarioLine {
			return Scenario{}, p.fail("a line of %d bytes; the most is %d", len(line), maxScenarioLine)
		}
		line, _, _ = strings.Cut(line, "#")
		if words := strings.Fields(line); len(words) > 0 {
			if err := p.read(words); err != nil {
				return Scenario{}, err
			}
		}
	}
	p.line = 0
	return p.finish()
}

// parser is a scenario half read.
type parser struct {
	file string
	line int
	seen map[string]bool
	out  Scenario
}

func (p *parser) fail(format string, args ...any) error {
	return &ScenarioError{p.file, p.line, fmt.Sprintf(format, args...)}
}

// read takes one line in.
func (p *parser) read(words []string) error {
	verb := words[0]
	once := verb != "validators" && verb != "miners" && verb != "register"
	if once && p.seen[verb] {
		return p.fail("%q appears twice", verb)
	}
	p.seen[verb] = true
	if verb == "title" {
		p.out.Title = strings.Join(words[1:], " ")
		return nil
	}
	if len(words) < 2 || strings.Contains(words[1], "=") {
		return p.fail("%q wants a word after it", verb)
	}
	o, err := p.options(words[2:])
	if err != nil {
		return err
	}
	switch verb {
	case "rules":
		p.rules(words[1], o)
	case "world":
		p.world(words[1], o)
	case "epochs":
		p.epochs(words[1], o)
	case "cost":
		p.out.Cost = o.parse("cost", words[1], 0, 0.99)
	case "churn":
		p.out.Game.Churn = o.parse("churn", words[1], 0, 1)
	case "validators":
		p.validators(words[1], o)
	case "miners":
		p.miners(words[1], o)
	case "register":
		p.register(words[1], o)
	default:
		return p.fail("no line begins with %q; there are title, rules, world, epochs, cost, churn, validators, miners and register", verb)
	}
	return o.finish()
}

func (p *parser) rules(name string, o *options) {
	r, ok := RulesByName(name)
	if !ok {
		o.fault("there are no rules %q; there are %s", name, ruleNames())
	}
	o.u16("kappa", &r.Yuma.Kappa)
	o.u16("bonds-penalty", &r.Yuma.BondsPenalty)
	o.u16("information-share", &r.Yuma.InformationShare)
	o.u16("receipt-share", &r.Yuma.ReceiptShare)
	o.ppm("bonds-memory-ppm", &r.Yuma.BondsMovingAveragePPM)
	o.ppm("vote-memory-ppm", &r.Yuma.VoteMemoryPPM)
	o.ppm("information-memory-ppm", &r.Yuma.InformationMemoryPPM)
	o.ppm("inflow-ppm", &r.InflowPPM)
	r.RevealEpochs = o.whole("reveal-epochs", r.RevealEpochs, 0, remembered/2)
	r.ReceiptDraws = o.whole("receipt-draws", r.ReceiptDraws, 0, 64)
	r.ImmuneEpochs = o.whole("immune-epochs", r.ImmuneEpochs, 0, 10_000)
	r.Yuma.Yuma3 = o.flag("yuma3", r.Yuma.Yuma3)
	r.Yuma.LiquidAlpha = o.flag("liquid-alpha", r.Yuma.LiquidAlpha)
	r.Compound = o.flag("compound", r.Compound)
	p.out.Game.Rules = r
}

func ruleNames() string {
	var names []string
	for _, r := range RuleSets() {
		names = append(names, r.Name)
	}
	return strings.Join(names, ", ")
}

func (p *parser) world(name string, o *options) {
	w, ok := WorldByName(name)
	if !ok {
		o.fault("there is no world %q; there are static, slow, medium, fast, slow-noisy and medium-noisy", name)
	}
	w.Spread = o.number("spread", defaultSpread, 0.01, 3)
	w.Drift = o.number("drift", w.Drift, 0, w.Spread)
	w.Noise = o.number("noise", w.Noise, 0, 10)
	w.Bias = o.number("bias", w.Bias, 0, 10)
	p.out.Game.World = w
}

func (p *parser) epochs(count string, o *options) {
	g := &p.out.Game
	g.Epochs = int(o.parseWhole("epochs", count, 1, MaxEpochs))
	g.BurnIn = o.whole("burn-in", min(g.BurnIn, g.Epochs/2), 0, g.Epochs-1)
	if word, ok := o.take("seed"); ok {
		g.Seed = o.parseWhole("seed", word, 0, 1<<63)
	}
}

func (p *parser) validators(name string, o *options) {
	g := Group{Name: name}
	g.Count = o.whole("count", 1, 1, MaxNeurons)
	g.Stake = o.number("stake", 0, 0, 1)
	g.Spread = o.number("spread", 0, 0, 10)
	g.Noise = o.number("noise", 1, 0.001, 1000)
	g.Patience = o.whole("patience", 0, 0, MaxEpochs)
	g.Actor, g.Late = o.actor()
	p.group(g, o)
}

func (p *parser) miners(name string, o *options) {
	g := Group{Name: name}
	g.Count = o.whole("count", 1, 0, MaxNeurons)
	g.Quality = o.number("quality", 1, 1e-6, 1e6)
	g.Camp, _ = o.take("camp")
	p.group(g, o)
}

func (p *parser) group(g Group, o *options) {
	if len(p.out.Game.Groups) == maxGroups {
		o.fault("more than %d groups", maxGroups)
	}
	p.out.Game.Groups = append(p.out.Game.Groups, g)
}

func (p *parser) register(group string, o *options) {
	r := Registration{Group: group}
	r.Epoch = o.whole("epoch", 0, 0, MaxEpochs)
	r.Quality = o.number("better", 0, -10, 10)
	if len(p.out.Game.Registrations) == maxRegistrations {
		o.fault("more than %d registrations", maxRegistrations)
	}
	p.out.Game.Registrations = append(p.out.Game.Registrations, r)
}

// finish checks the whole.
func (p *parser) finish() (Scenario, error) {
	g := p.out.Game
	for _, of := range g.Groups {
		if k := g.groupOf(of.Camp); of.Camp != "" && (k < 0 || g.Groups[k].Actor == nil) {
			return Scenario{}, p.fail("miners %q are of the camp of %q, and there are no validators of that name", of.Name, of.Camp)
		}
	}
	if err := g.Check(); err != nil {
		return Scenario{}, p.fail("%v", err)
	}
	return p.out, nil
}
