package collective

import (
	"fmt"

	"github.com/dendra-net/dendra/corpus"
)

// crowd is who is honest in the markets of the laboratory, in the order of registration.
var crowd = []string{"all", "prose", "code", "reference", "dictionary", "late"}

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
}

func standard(string) []player { return honest(crowd...) }

// thief joins the market of the crowd from epoch 1 on.
func thief(name string, act behaviour) lineup {
	p := player{id: "thief", act: act}.joins(1)
	return lineup{name, append(standard(""), p), []string{"thief"}}
}

var (
	someVictims = []string{"late", "all", "code"}
	mostVictims = []string{"late", "all", "code", "prose", "reference", "dictionary"}
)

// cheats lists them all. Where broad is set there are more victims and variants.
func (w *world) cheats(broad bool) []cheat {
	victims := someVictims
	if broad {
		victims = mostVictims
	}
	list := []cheat{
		{"exact clone", standard, victims, func(v string) []lineup { return []lineup{thief("clone", model(v))} }},
		{"perturbed clone (p^0.93, 10 %)", standard, victims, func(v string) []lineup {
			return []lineup{thief("perturbed", tempered(model(v), 0.93, 0.1))}
		}},
		{"tempered clone, the best", standard, someVictims, temperings(broad)},
		{"tuned copy", standard, []string{"late"}, func(string) []lineup {
			return []lineup{thief("tuned", model("tuned")), thief("tuned, surer", tempered(model("tuned"), 1.4, 0.05))}
		}},
		{"copy tuned for long", func(string) []player { return honest("all", "prose", "code", "reference", "dictionary", "early") },
			[]string{"early"}, func(string) []lineup {
				p := player{id: "thief", act: model("late")}.joins(1)
				return []lineup{{"late", append(honest("all", "prose", "code", "reference", "dictionary", "early"), p), []string{"thief"}}}
			}},
		{"copies of several at once, the best", standard, []string{"late"}, func(string) []lineup { return severals() }},
		{"blend of all, the best", standard, []string{"late"}, func(string) []lineup { return w.blends() }},
	}
	list = append(list, turncoats()...)
	return append(list, nuisances()...)
}

func temperings(broad bool) func(string) []lineup {
	powers, wobbles := []float64{0.7, 1.5}, []float64{0.1}
	if broad {
		powers, wobbles = []float64{0.6, 1.25, 1.5, 2}, []float64{0.05, 0.3}
	}
	return func(v string) []lineup {
		var list []lineup
		for _, p := range powers {
			for _, w := range wobbles {
				list = append(list, thief(fmt.Sprintf("power %g, wobble %g", p, w), tempered(model(v), p, w)))
			}
		}
		return list
	}
}

func severals() []lineup {
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
		thief("mean of two", blended(share{model("late"), 0.5}, share{model("code"), 0.5})),
	}
}

func (w *world) blends() []lineup {
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

// turncoats were let in for something else, or copy what a miner was.
func turncoats() []cheat {
	leaves := func(id, was string, since int64, rest []player) func(string) []player {
		return func(string) []player {
			return append([]player{{id: id, since: since, act: turns(1, model(was), uniform)}}, rest...)
		}
	}
	change := func(name string, act behaviour) func(string) []lineup {
		return func(string) []lineup {
			return []lineup{{name, append([]player{{id: "weak", since: 5, act: act}}, honest(crowd...)...), []string{"weak"}}}
		}
	}
	improving := func(string) []player {
		list := honest(crowd...)
		list[len(list)-1].act = turns(2, model("early"), model("late"))
		return list
	}
	relay := tempered(model("late"), 0.97, 0.05)
	return []cheat{
		{"weak first, then relays late", leaves("weak", "weak", 5, standard("")), []string{"late"}, change("relay", turns(1, model("weak"), relay))},
		{"weak first, drifts to late", leaves("weak", "weak", 5, standard("")), []string{"late"}, change("drift", drifts(4, model("weak"), relay))},
		{"stale copy of an improver", improving, []string{"late"}, func(v string) []lineup {
			p := player{id: "thief", act: tempered(model("early"), 0.97, 0.05)}.joins(1)
			return []lineup{{"stale", append(improving(v), p), []string{"thief"}}}
		}},
		{"equal turns into late", leaves("all", "all", 10, standard("")[1:]), []string{"late"}, func(string) []lineup {
			list := honest(crowd...)
			list[0].act = turns(1, model("all"), relay)
			return []lineup{{"all relays late", list, []string{"all"}}}
		}},
		{"two halves of one model", standard, []string{"all"}, halves},
	}
}

// halves lets the owner of "all" appear as two hotkeys, each of which knows two kinds of text.
func halves(string) []lineup {
	half := func(id string, since int64, kinds ...corpus.Kind) player {
		by := map[corpus.Kind]behaviour{}
		for _, kind := range kinds {
			by[kind] = model("all")
		}
		return player{id: id, since: since, act: switched(model("base"), by)}
	}
	split := []player{half("one", 10, corpus.Prose, corpus.Code), half("two", 11, corpus.Reference, corpus.Dictionary)}
	return []lineup{{"halves", append(split, honest(crowd...)[1:]...), []string{"one", "two"}}}
}

// nuisances know nothing.
func nuisances() []cheat {
	act := func(name string, b behaviour) cheat {
		return cheat{name, standard, []string{"late"}, func(string) []lineup { return []lineup{thief(name, b)} }}
	}
	return []cheat{
		act("uniform", uniform),
		act("sure of anything", sure),
		act("memoriser", tempered(model("weak"), 6, 0)),
	}
}
