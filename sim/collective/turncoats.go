package collective

import (
	"slices"

	"github.com/dendra-net/dendra/corpus"
)

// relayed is another's answer, disguised a little.
func relayed(name string) behaviour { return tempered(model(name), 0.97, 0.05) }

// turncoats were let in for something else, or copy what a miner was.
func turncoats() []cheat {
	weak := player{id: "weak", since: 5, act: model("weak"), until: 1}
	stays := func(string) []player { return append([]player{ordinary("weak", 5)}, standard("")...) }
	leaves := func(string) []player { return append([]player{weak}, standard("")...) }
	change := func(name string, act func(victim string) behaviour) func(string) []lineup {
		return func(v string) []lineup {
			p := player{id: "weak", since: weak.since, act: act(v)}
			return []lineup{{name, append([]player{p}, standard("")...), []string{"weak"}}}
		}
	}
	return []cheat{
		{name: "weak first, then relays another", turns: true, yard: leaves, victims: manySorts,
			variants: change("relay", func(v string) behaviour { return turns(1, model("weak"), relayed(v)) })},
		{name: "weak first, drifts to another", turns: true, yard: leaves, stays: stays, victims: manySorts,
			variants: change("drift", func(v string) behaviour { return drifts(4, model("weak"), relayed(v)) })},
		{name: "weak first, relays a newcomer at once", turns: true, yard: func(v string) []player { return append([]player{weak}, late(v)...) },
			victims: manySorts, waits: 1, variants: func(v string) []lineup {
				p := player{id: "weak", since: weak.since, act: turns(1, model("weak"), relayed(v))}
				return []lineup{{"relay", append([]player{p}, late(v)...), []string{"weak"}}}
			}},
		{name: "stale copy of an improver", yard: improving, victims: sorts, variants: func(v string) []lineup {
			p := player{id: "thief", act: relayed(youngModel[v])}.joins(1)
			return []lineup{{"stale", append(improving(v), p), []string{"thief"}}}
		}},
		{name: "equal turns into another", turns: true, victims: manySorts,
			yard: func(v string) []player { return leaving(equalOf[v]) },
			variants: func(v string) []lineup {
				return []lineup{{equalOf[v] + " relays " + v, turning(equalOf[v], relayed(v)), []string{equalOf[v]}}}
			}},
	}
}

// late is the market of the crowd that a member joins in epoch 1.
func late(name string) []player {
	return append(others(name), player{id: name, act: model(name)}.joins(1))
}

// equalOf names for a victim the member that turns into it.
var equalOf = map[string]string{"late": "all", "all": "late", "code": "reference", "dictionary": "prose"}

// improving is the market of the crowd in which a member learns more from epoch 2 on.
func improving(name string) []player {
	return altered(name, turns(2, model(youngModel[name]), model(name)))
}

// turning is the market of the crowd in which a member changes its behaviour at epoch 1.
func turning(name string, after behaviour) []player {
	return altered(name, turns(1, model(name), after))
}

// leaving is the market of the crowd that a member leaves at epoch 1.
func leaving(name string) []player {
	list := standard("")
	for k := range list {
		if list[k].id == name {
			list[k].until = 1
		}
	}
	return list
}

// altered is the market of the crowd in which a member answers otherwise.
func altered(name string, act behaviour) []player {
	list := standard("")
	for k := range list {
		if list[k].id == name {
			list[k].act = act
		}
	}
	return list
}

// splits are an owner's who appears as several to be paid more than once.
func splits() []cheat {
	return []cheat{
		{name: "two halves of one model", yard: whole, victims: []string{"all", "late", "dictionary"}, split: true, variants: halves},
		{name: "one model under two hotkeys", yard: whole, victims: manySorts, split: true, variants: twins},
	}
}

// halves lets a member appear as two hotkeys, each of which knows two kinds of text.
func halves(name string) []lineup {
	half := func(id string, since int64, kinds ...corpus.Kind) player {
		by := map[corpus.Kind]behaviour{}
		for _, kind := range kinds {
			by[kind] = model(name)
		}
		return player{id: id, since: since, act: switched(model("base"), by)}
	}
	split := []player{half("one", 10, corpus.Prose, corpus.Code), half("two", 11, corpus.Reference, corpus.Dictionary)}
	return []lineup{{"halves", append(split, others(name)...), []string{"one", "two"}}}
}

// twins lets a member appear as two hotkeys with the same answers but for a wobble, of one coldkey or of two.
func twins(name string) []lineup {
	pair := func(variant string, owners ...string) lineup {
		list := []player{
			{id: "one", owner: owners[0], since: 10, act: model(name)},
			{id: "two", owner: owners[1], since: 11, act: relayed(name)},
		}
		return lineup{variant, append(list, others(name)...), []string{"one", "two"}}
	}
	return []lineup{pair("one coldkey", "olga", "olga"), pair("two coldkeys", "olga", "otto")}
}

// whole is the market of the crowd with a member in the first place, where those that it splits into will be.
func whole(name string) []player { return append([]player{ordinary(name, 10)}, others(name)...) }

// others is the market of the crowd without a member.
func others(name string) []player { return but(standard(""), name) }

func but(list []player, name string) []player {
	return slices.DeleteFunc(list, func(p player) bool { return p.id == name })
}
