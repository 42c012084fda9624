package gateway

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestMembersAndElements(t *testing.T) {
	doc := []byte(" {\"a\" : 1,\n\"b\\u0062\":{\"x\":[1,\"}\\\"\"]} , \"c\":[ ] ,\"d\":null,\"e\":-1.5e3}\t")
	require.True(t, json.Valid(doc))
	var got [][2]string
	for m := range members(doc) {
		got = append(got, [2]string{string(m.name), string(m.value(doc))})
	}
	require.Equal(t, [][2]string{{"a", "1"}, {"bb", `{"x":[1,"}\""]}`}, {"c", "[ ]"}, {"d", "null"}, {"e", "-1.5e3"}}, got)

	var parts []string
	for e := range elements([]byte(` [ 1 ,"a,b" , {"k":[2]},[], true ] `)) {
		parts = append(parts, string(e))
	}
	require.Equal(t, []string{"1", `"a,b"`, `{"k":[2]}`, "[]", "true"}, parts)

	for range members([]byte(`[1]`)) {
		t.Fatal("an array has no members")
	}
	for range elements([]byte(`{"a":1}`)) {
		t.Fatal("an object has no elements")
	}
}

func TestWithAndWithoutTouchNothingElse(t *testing.T) {
	for _, c := range []struct{ name, doc, without, with string }{
		{"only member", `{ "x" : 1 }`, `{  }`, `{ "x" : 9 }`},
		{"first", `{"x":1 , "b":2}`, `{"b":2}`, `{"x":9 , "b":2}`},
		{"middle", "{\"a\":0,\n  \"x\":[1,2],\n  \"b\":2}", "{\"a\":0,\n  \"b\":2}", "{\"a\":0,\n  \"x\":9,\n  \"b\":2}"},
		{"last", `{"a":{"x":1}, "x":"}" }`, `{"a":{"x":1} }`, `{"a":{"x":1}, "x":9 }`},
		{"absent", `{"a":{"x":1} }`, `{"a":{"x":1} }`, `{"a":{"x":1},"x":9 }`},
		{"empty", ` { } `, ` { } `, ` {"x":9 } `},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.without, string(without([]byte(c.doc), "x")))
			require.Equal(t, c.with, string(with([]byte(c.doc), "x", "9")))
		})
	}
}

// jsonValue draws any JSON value.
func jsonValue(depth int) *rapid.Generator[any] {
	scalars := []*rapid.Generator[any]{
		rapid.Just(any(nil)), rapid.Bool().AsAny(), rapid.String().AsAny(), rapid.Float64Range(-1e9, 1e9).AsAny(), rapid.Int().AsAny(),
	}
	if depth == 0 {
		return rapid.OneOf(scalars...)
	}
	return rapid.OneOf(append(scalars,
		rapid.SliceOfN(jsonValue(depth-1), 0, 4).AsAny(),
		rapid.MapOfN(rapid.String(), jsonValue(depth-1), 0, 4).AsAny())...)
}

func TestWalkersAgreeWithEncodingJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		object := rapid.MapOfN(rapid.String(), jsonValue(3), 0, 6).Draw(t, "object")
		indent := rapid.SampledFrom([]string{"", " ", "\t"}).Draw(t, "indent")
		doc, err := json.MarshalIndent(object, "", indent)
		require.NoError(t, err)

		var want map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(doc, &want))
		got := map[string]json.RawMessage{}
		for m := range members(doc) {
			got[string(m.name)] = m.value(doc)
		}
		require.Equal(t, len(want), len(got))
		for name, value := range want {
			require.Equal(t, string(value), string(got[name]), "member %q", name)
			less := without(doc, name)
			require.True(t, json.Valid(less))
			require.Nil(t, find(less, name))
			var rest map[string]json.RawMessage
			require.NoError(t, json.Unmarshal(less, &rest))
			require.Len(t, rest, len(want)-1)
		}
		const fresh = "a name that is not drawn"
		more := with(doc, fresh, "1")
		require.True(t, json.Valid(more))
		require.Equal(t, "1", string(find(more, fresh)))
		require.Equal(t, string(doc), string(without(more, fresh)), "adding and removing gives the same bytes")
	})
}
