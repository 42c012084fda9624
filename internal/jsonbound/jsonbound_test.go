package jsonbound_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/jsonbound"
)

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		text              string
		objects, elements int
	}{
		{`{"a":1,"b":{},"c":"{,[\"{"}`, 2, 0},
		{`[]`, 0, 1},
		{`[1,{"a":1,"b":2},"]",[3,4]]`, 1, 6},
		{`"\\",{`, 1, 0},
		{`]]}},[`, 0, 1},
	} {
		limits := jsonbound.Limits{Bytes: len(c.text), Objects: c.objects, Elements: c.elements}
		require.NoError(t, limits.Check([]byte(c.text)), c.text)
		for _, less := range []jsonbound.Limits{
			{limits.Bytes - 1, limits.Objects, limits.Elements}, {limits.Bytes, limits.Objects - 1, limits.Elements}, {limits.Bytes, limits.Objects, limits.Elements - 1},
		} {
			require.ErrorIs(t, less.Check([]byte(c.text)), jsonbound.ErrTooMuch, c.text)
		}
	}
	deep := []byte(strings.Repeat("[", 10_001))
	require.ErrorContains(t, jsonbound.Limits{Bytes: 1 << 20, Elements: 1 << 20}.Check(deep), "10001 deep")
}

// What is within the limits has no more of anything than they say.
func FuzzCheck(f *testing.F) {
	f.Add([]byte(`{"a":[1,{"b":[[],[2]]},"\\\"["]}`))
	f.Add([]byte(` [ {} , {} ] `))
	limits := jsonbound.Limits{Bytes: 1 << 10, Objects: 3, Elements: 6}
	f.Fuzz(func(t *testing.T, text []byte) {
		var v any
		if limits.Check(text) != nil || json.Unmarshal(text, &v) != nil {
			return
		}
		objects, elements := count(v)
		require.LessOrEqual(t, objects, limits.Objects)
		require.LessOrEqual(t, elements, limits.Elements)
	})
}

func count(v any) (objects, elements int) {
	add := func(of any) {
		o, e := count(of)
		objects, elements = objects+o, elements+e
	}
	switch v := v.(type) {
	case map[string]any:
		objects = 1
		for _, of := range v {
			add(of)
		}
	case []any:
		elements = len(v)
		for _, of := range v {
			add(of)
		}
	}
	return objects, elements
}
