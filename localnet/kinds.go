package localnet

import (
	"sort"
	"strings"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/subnets/text"
)

// kinds are the tasks this build knows how to validate.
var kinds = map[string]func() neuron.Task{
	"text": func() neuron.Task { return text.New(text.Options{}) },
	"calc": func() neuron.Task {
		return text.New(text.Options{Name: "calc", Families: text.CalcFamilies()})
	},
}

// Task returns the task of a kind.
func Task(kind string) (neuron.Task, bool) {
	make, ok := kinds[kind]
	if !ok {
		return nil, false
	}
	return make(), true
}

func kindNames() string {
	var names []string
	for name := range kinds {
		names = append(names, name)
	}
	sort.Strings(names)
	return strings.Join(names, ", ")
}
