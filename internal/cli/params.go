package cli

import (
	"context"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/x/emission"
	"github.com/dendra-net/dendra/x/guard"
	neuronmod "github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/stake"
	"github.com/dendra-net/dendra/x/subnet"
	"github.com/dendra-net/dendra/x/weights"
)

func (a *app) chainParams() *cobra.Command {
	c := &cobra.Command{Use: "params [MODULE]", Short: "Show the rules governance can change", Args: args(0, 1)}
	chainAt := a.heightFlag(c)
	c.RunE = func(c *cobra.Command, given []string) error {
		names := sortedKeys(paramReaders)
		if len(given) == 1 {
			if _, ok := paramReaders[given[0]]; !ok {
				return usagef("no_such_module", "there is no module %q with parameters; there are %s", given[0], strings.Join(names, ", "))
			}
			names = given
		}
		at, err := chainAt(c.Context())
		if err != nil {
			return err
		}
		all := map[string]any{}
		for _, name := range names {
			params, err := paramReaders[name](c.Context(), at)
			if err != nil {
				return fmt.Errorf("parameters of %s: %w", name, err)
			}
			all[name] = plainRules(reflect.ValueOf(params))
		}
		return a.emit(all, func(w io.Writer) error { return printParams(w, all) })
	}
	return c
}

// paramReaders read the parameters of each module that has some.
var paramReaders = map[string]func(context.Context, view) (any, error){
	stake.ModuleName: func(ctx context.Context, at view) (any, error) {
		r, err := at.Stake().Params(ctx, &stake.QueryParamsRequest{})
		return r.GetParams(), err
	},
	emission.ModuleName: func(ctx context.Context, at view) (any, error) {
		r, err := at.Emission().Params(ctx, &emission.QueryParamsRequest{})
		return r.GetParams(), err
	},
	subnet.ModuleName: func(ctx context.Context, at view) (any, error) {
		r, err := at.Registry().Params(ctx, &subnet.QueryParamsRequest{})
		return r.GetParams(), err
	},
	neuronmod.ModuleName: func(ctx context.Context, at view) (any, error) {
		r, err := at.Neuron().Params(ctx, &neuronmod.QueryParamsRequest{})
		return r.GetParams(), err
	},
	weights.ModuleName: func(ctx context.Context, at view) (any, error) {
		r, err := at.Weights().Params(ctx, &weights.QueryParamsRequest{})
		return r.GetParams(), err
	},
	guard.ModuleName: func(ctx context.Context, at view) (any, error) {
		r, err := at.Guard().Params(ctx, &guard.QueryParamsRequest{})
		return r.GetParams(), err
	},
}

// plainRules turns the fields of a message of rules into JSON by their names: every field is there, what is false or
// 0 too, and what may be too large for a JSON number is a string.
func plainRules(message reflect.Value) map[string]any {
	out := map[string]any{}
	for i := range message.NumField() {
		name, _, _ := strings.Cut(message.Type().Field(i).Tag.Get("json"), ",")
		field := message.Field(i)
		switch {
		case field.Kind() == reflect.Struct:
			out[name] = plainRules(field)
		case isLarge(name):
			out[name] = fmt.Sprint(field.Interface())
		default:
			out[name] = field.Interface()
		}
	}
	return out
}

// isLarge reports whether the numbers of that name may pass 2^53, where JSON's readers begin to round.
func isLarge(name string) bool {
	return strings.HasSuffix(name, "_rao") || strings.HasSuffix(name, "difficulty") || name == "version_key"
}

// printParams writes "module.name value" lines, sorted, so that two outputs can be compared.
func printParams(w io.Writer, all map[string]any) error {
	t := term.Table{Columns: []term.Column{{Title: "PARAMETER"}, {Title: "VALUE"}}}
	flatten("", all, func(name, value string) { t.Add(name, value) })
	return t.Write(w)
}

func flatten(prefix string, tree map[string]any, add func(name, value string)) {
	for _, key := range sortedKeys(tree) {
		if deeper, ok := tree[key].(map[string]any); ok {
			flatten(prefix+key+".", deeper, add)
			continue
		}
		add(prefix+key, fmt.Sprint(tree[key]))
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
