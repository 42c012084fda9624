package localnet

import (
	"maps"
	"sort"
	"strings"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/subnets/text"
)

// kinds are the tasks this build knows how to validate.
var kinds = map[string]func() (neuron.Task, error){
	"text": func() (neuron.Task, error) { return text.New(text.Options{}) },
	"calc": func() (neuron.Task, error) {
		return text.New(text.Options{Name: "calc", Families: text.CalcFamilies()})
	},
}

// Tasks are the tasks this build knows how to validate, by kind.
func Tasks() map[string]func() (neuron.Task, error) { return maps.Clone(kinds) }

func kindNames() string {
	var names []string
	for name := range kinds {
		names = append(names, name)
	}
	sort.Strings(names)
	return strings.Join(names, ", ")
}
