package kind

import (
	"fmt"

	"github.com/dendra-net/dendra/subnets/text"
	"github.com/dendra-net/dendra/subnets/text/lexi"
)

var all = []Kind{calcKind, mixtureKind, pretrainKind, textKind, visionKind}

var textKind = Kind{
	Name: "text", About: "questions about words, numbers and texts, as chat", Models: profiles(), mine: mineText,
	judge: func(Rules) (Judge, error) { return judgeText(text.Options{}) },
}

var calcKind = Kind{
	Name: "calc", About: "arithmetic, units, dates, lists and small programs, as chat", Models: profiles(), mine: mineText,
	judge: func(Rules) (Judge, error) {
		return judgeText(text.Options{Name: "calc", Families: text.CalcFamilies()})
	},
}

func judgeText(o text.Options) (Judge, error) {
	task, err := text.New(o)
	if err != nil {
		return Judge{}, err
	}
	return Judge{Task: task}, nil
}

func profiles() []string {
	var names []string
	for _, p := range lexi.Ladder() {
		names = append(names, p.Name)
	}
	return names
}

// mineText answers with a profile of the embedded brain, whose free choices are the hotkey's own.
func mineText(s Seat, model string) (Work, error) {
	profile, _ := lexi.ByName(model)
	seed := s.Key.Seed()
	options := profile.Options
	options.Seed = seed[:]
	brain, err := lexi.New(options)
	if err != nil {
		return Work{}, fmt.Errorf("model %s: %w", model, err)
	}
	return Work{Handler: lexi.Handler(brain, s.Model)}, nil
}
