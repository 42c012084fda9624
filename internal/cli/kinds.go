package cli

import (
	"slices"
	"strings"

	"github.com/dendra-net/dendra/subnets/kind"
)

// kindList names kinds of subnets for help.
func kindList(kinds []kind.Kind) string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.Name)
	}
	return strings.Join(names, ", ")
}

func findKind(kinds []kind.Kind, name string) (kind.Kind, error) {
	i := slices.IndexFunc(kinds, func(k kind.Kind) bool { return k.Name == name })
	if i < 0 {
		return kind.Kind{}, usagef("unknown_task", "there is no task %q; there are %s", name, kindList(kinds)).
			withFix("add --task NAME; a task of your own is a Go program over package validator")
	}
	return kinds[i], nil
}
