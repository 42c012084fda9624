package subnet_test

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/x/subnet"
)

// R-SUBNET-6: the table has every field of the message, in its order and under its name.
func TestEveryHyperparameterIsInTheTable(t *testing.T) {
	fields := reflect.TypeOf(subnet.Hyperparameters{})
	list := subnet.HyperparameterList()
	require.Len(t, list, fields.NumField())
	for i, p := range list {
		tag := fields.Field(i).Tag.Get("protobuf")
		require.Contains(t, tag, "name="+p.Name+",", "field %d", i)
	}
}

// R-SUBNET-6: each accessor reads and writes its own field and no other.
func TestAccessorsTouchTheirOwnField(t *testing.T) {
	for i, p := range subnet.HyperparameterList() {
		t.Run(p.Name, func(t *testing.T) {
			var h subnet.Hyperparameters
			for _, v := range []int64{p.All.Max, 1} {
				p.Set(&h, v)
				require.Equal(t, v, p.Get(h))
				field := reflect.ValueOf(h).Field(i)
				require.Equal(t, fmt.Sprint(v), strings.Replace(fmt.Sprint(field.Interface()), "true", "1", 1))
				field = reflect.ValueOf(&h).Elem().Field(i)
				field.SetZero()
				require.Zero(t, h, "setting %s changed another field", p.Name)
			}
		})
	}
}

// R-SUBNET-6: one step beyond a bound is refused by name and with the bound, the bound itself is not out of bounds.
func TestBoundsHoldForEveryHyperparameter(t *testing.T) {
	require.NoError(t, subnet.DefaultHyperparameters().Validate())
	for _, p := range subnet.HyperparameterList() {
		t.Run(p.Name, func(t *testing.T) {
			for _, v := range []int64{p.All.Min, p.All.Max} {
				h := subnet.DefaultHyperparameters()
				p.Set(&h, v)
				if err := h.Validate(); err != nil {
					require.ErrorIs(t, err, subnet.ErrBadParams, "it may not fit the others, but is in bounds")
				}
			}
			if !p.Owner.Empty() {
				require.True(t, p.All.Holds(p.Owner.Min) && p.All.Holds(p.Owner.Max))
			}
			if p.All == (subnet.Span{Min: 0, Max: 1}) {
				return
			}
			for _, v := range []int64{p.All.Min - 1, p.All.Max + 1} {
				h := subnet.DefaultHyperparameters()
				p.Set(&h, v)
				if p.Get(h) != v && p.Get(h) >= 0 && p.All.Min == 0 {
					continue // an unsigned field cannot hold -1
				}
				err := h.Validate()
				require.ErrorIs(t, err, subnet.ErrOutOfBounds)
				require.ErrorContains(t, err, p.Name)
			}
		})
	}
}

// R-SUBNET-6
func TestValuesMustFitEachOther(t *testing.T) {
	for name, change := range map[string]func(*subnet.Hyperparameters){
		"max_validators": func(h *subnet.Hyperparameters) { h.MaxNeurons = 63 },
		"min_weights":    func(h *subnet.Hyperparameters) { h.MinWeights = 257 },
		"alpha_low_u16":  func(h *subnet.Hyperparameters) { h.AlphaLowU16 = h.AlphaHighU16 + 1 },
		"min_burn_rao":   func(h *subnet.Hyperparameters) { h.MinBurnRao = h.MaxBurnRao + 1 },
		"min_difficulty": func(h *subnet.Hyperparameters) { h.MaxDifficulty = h.MinDifficulty - 1 },
	} {
		t.Run(name, func(t *testing.T) {
			h := subnet.DefaultHyperparameters()
			change(&h)
			err := h.Validate()
			require.ErrorIs(t, err, subnet.ErrBadParams)
			require.ErrorContains(t, err, name)
		})
	}
}

// R-SUBNET-7: who may change what, and the defaults, are as the specification's table has it.
func TestTheSpecificationHasTheTable(t *testing.T) {
	spec, err := os.ReadFile("README.md")
	require.NoError(t, err)
	defaults := subnet.DefaultHyperparameters()
	for _, p := range subnet.HyperparameterList() {
		owner := "-"
		if !p.Owner.Empty() {
			owner = fmt.Sprintf("%d..%d", p.Owner.Min, p.Owner.Max)
		}
		row := fmt.Sprintf("| %s | %s | %d..%d | %d |", p.Name, owner, p.All.Min, p.All.Max, p.Get(defaults))
		require.Contains(t, string(spec), row)
	}
}

func TestFindHyperparameter(t *testing.T) {
	p, err := subnet.FindHyperparameter("tempo")
	require.NoError(t, err)
	require.Equal(t, int64(360), p.Get(subnet.DefaultHyperparameters()))
	for _, name := range []string{"", "Tempo", "tempo ", strings.Repeat("x", 1<<20)} {
		_, err := subnet.FindHyperparameter(name)
		require.ErrorIs(t, err, subnet.ErrParamUnknown)
		require.Less(t, len(err.Error()), 200)
	}
}
