package collective

import (
	"fmt"

	"github.com/dendra-net/dendra/corpus"
)

// crowd is who is honest in the markets of the laboratory, in the order of registration.
var crowd = []string{"all", "prose", "code", "reference", "dictionary", "late"}

// Victims of different sorts: a net, a count model that knows a little of every kind of text, and specialists.
var (
	sorts      = []string{"late", "all", "code"}
	manySorts  = []string{"late", "all", "code", "dictionary"}
	everybody  = crowd
	youngModel = map[string]string{"late": "early", "all": "young all", "code": "young code"}
)

func honest(names ...string) []player {
	var list []player
	for k, name := range names {
		list = append(list, ordinary(name, int64(10*(k+1))))
	}
	return list
}

// lineup is a market with a cheat in it.
type lineup struct {
	name    string
	players []player
	thieves []string // ids
}

// cheat is a way to be paid for another's work. The market without it is the yardstick; of its variants the one that
// pays best is what an attacker would choose.
type cheat struct {
	name     string
	yard     func(victim string) []player
	victims  []string
	variants func(victim string) []lineup
	// stays is the market in which the thief goes on as it was, if what it gains is what it earns beyond that; else nil.
	stays func(victim string) []player
	// blind cheats rob nobody in particular: they are played once, and held against each victim.
	blind bool
	// split cheats are an owner's who appears as several: the victim is what it would be as one, and those who must keep
	// what they had are the others.
	split bool
	// turns cheats are of members who answer otherwise from epoch 1 on.
	turns bool
	// waits is how many epochs longer than without the cheat the victim may wait to be let in: what it keeps is counted
	// from then on.
	waits int
}

func standard(string) []player { return honest(crowd...) }

// thief joins the market of the crowd from epoch 1 on.
func thief(name string, act behaviour) lineup {
	p := player{id: "thief", act: act}.joins(1)
	return lineup{name, append(standard(""), p), []string{"thief"}}
}

// cheats lists them all.
func (w *world) cheats() []cheat {
	list := copies()
	list = append(list, w.tuned(),
		cheat{name: "copies of several at once, the best", yard: standard, victims: everybody, blind: true, variants: severals},
		cheat{name: "blend of all, the best", yard: standard, victims: everybody, blind: true, variants: w.blends})
	list = append(list, turncoats()...)
	list = append(list, splits()...)
	return append(list, nuisances()...)
}

// copies are of one victim each.
func copies() []cheat {
	return []cheat{
		{name: "exact clone", yard: standard, victims: everybody, variants: func(v string) []lineup {
			return []lineup{thief("clone", model(v))}
		}},
		{name: "perturbed clone (p^0.93, 10 %)", yard: standard, victims: everybody, variants: func(v string) []lineup {
			return []lineup{thief("perturbed", tempered(model(v), 0.93, 0.1))}
		}},
		{name: "tempered clone, the best", yard: standard, victims: manySorts, variants: temperings},
	}
}

func temperings(v string) []lineup {
	var list []lineup
	for _, c := range []struct{ power, wobble float64 }{{0.7, 0.1}, {1.25, 0.05}, {1.5, 0.3}, {2, 0.05}} {
		list = append(list, thief(fmt.Sprintf("power %g, wobble %g", c.power, c.wobble), tempered(model(v), c.power, c.wobble)))
	}
	return list
}

func severals(string) []lineup {
	byKind := map[corpus.Kind]behaviour{}
	for _, kind := range corpus.Kinds() {
		byKind[kind] = model(string(kind))
	}
	byKindSurer := map[corpus.Kind]behaviour{}
	for kind, b := range byKind {
		byKindSurer[kind] = tempered(multiplied(share{b, 0.7}, share{model("late"), 0.5}), 1, 0.05)
	}
	return []lineup{
		thief("each kind's specialist", switched(model("all"), byKind)),
		thief("each kind's specialist times late", switched(model("all"), byKindSurer)),
		thief("mean of late and code", blended(share{model("late"), 0.5}, share{model("code"), 0.5})),
		thief("mean of all and dictionary", blended(share{model("all"), 0.5}, share{model("dictionary"), 0.5})),
		thief("product of prose and reference", multiplied(share{model("prose"), 0.7}, share{model("reference"), 0.7})),
	}
}

func (w *world) blends(string) []lineup {
	return []lineup{
		thief("mean", blended(equally(crowd, 1)...)),
		thief("product", multiplied(equally(crowd, 1)...)),
		thief("surer product", multiplied(equally(crowd, 1.6)...)),
		thief("product of two", multiplied(share{model("late"), 0.65}, share{model("all"), 0.65})),
		thief("router", w.routed(crowd)),
		thief("surer router", tempered(w.routed(crowd), 1.25, 0)),
		thief("surest router", tempered(w.routed(crowd), 1.7, 0.05)),
	}
}

// nuisances know nothing.
func nuisances() []cheat {
	act := func(name string, b behaviour) cheat {
		return cheat{name: name, yard: standard, victims: everybody, blind: true,
			variants: func(string) []lineup { return []lineup{thief(name, b)} }}
	}
	return []cheat{
		act("uniform", uniform),
		act("sure of anything", sure),
		act("memoriser", tempered(model("weak"), 6, 0)),
	}
}
