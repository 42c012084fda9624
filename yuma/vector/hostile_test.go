package vector_test

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/yuma/vector"
)

// Files made to be as expensive as possible are refused for a small multiple of their size in memory, and with a message
// that fits a screen.
func TestHostileFilesAreRefusedCheaply(t *testing.T) {
	const size = 4 << 20
	fill := func(part string) string { return strings.Repeat(part, size/len(part)) }
	expecting := func(checks string) string {
		return strings.Replace(sound, `[{"field":"emission","all":[500,500]}]`, "["+checks+"]", 1)
	}
	steps := strings.TrimSuffix(sound[strings.Index(sound, `"steps":[`)+len(`"steps":[`):], "]}")
	for _, c := range []struct{ name, text, want string }{
		{"deep", `{"cases":` + fill("["), "cases: nested deeper than 64"},
		{"deep objects", `{"cases":[` + fill(`{"a":`), "nested deeper than 64"},
		{"deep where something else stands", `{"format":` + fill("["), "format: want a string"},
		{"long number", strings.Replace(sound, "[5,0]", "["+fill("9")+",0]", 1), "steps[0].stake[0]: want a whole number"},
		{"long real number", expecting(`{"field":"emission","all":[` + fill("1") + `,0]}`), "want a number of at most 40 characters"},
		{"long key", `{"` + fill("x") + `":1}`, "unknown field"},
		{"long name", strings.Replace(sound, `"a_1"`, `"`+fill("-")+`"`, 1), "id: want lower-case"},
		{"long kind", strings.Replace(sound, `"epoch"`, `"`+fill("k")+`"`, 1), "kind: unknown kind"},
		{"many checks", expecting(strings.TrimSuffix(fill(`{},`), ",")), "more than 65536 elements"},
		{"many numbers", caseFile("column_clip", `{"rows":[`+strings.TrimSuffix(fill("["+strings.Repeat("0,", 60_000)+"0],"), ",")+`]}`),
			"more than 524288 expectations and real numbers together"},
		{"many stakes", strings.Replace(sound, "[5,0]", "["+fill("5,")+"0]", 1), "steps[0].stake[65536]: more than 65536 elements"},
		{"many steps", strings.Replace(sound, steps, strings.TrimSuffix(strings.Repeat(steps+",", 1_001), ","), 1), "more than 1000 steps"},
		{"many cells", strings.Replace(sound, `{"0":[[1,65535]]}`, `{"blocks":[`+strings.Repeat(`{"rows":[0,2048,1],"cols":[0,2048,1],"w":1},`, 40)+`{}]}`, 1),
			"more than 4194304 cells"},
		{"many blanks", fill(" "), "the document ends too early"},
		{"no text", fill("\xff\x00"), "broken JSON"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := vector.Parse("v.json", []byte(c.text))
			runtime.ReadMemStats(&after)
			require.ErrorContains(t, err, c.want)
			require.Less(t, len(err.Error()), 300)
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(400<<20), "bytes allocated and freed")
		})
	}
}

// The columns that a step resets are looked up, not searched: as many as there can be cost nothing.
func TestManyResets(t *testing.T) {
	text := strings.Replace(sound, `"bonds_in":{}`, `"bonds_in":{"blocks":[{"rows":[0,2,1],"cols":[0,65536,1],"w":1}]},"reset_bond_columns":[`+
		strings.TrimSuffix(strings.Repeat("1,", 65_536), ",")+`]`, 1)
	file, err := vector.Parse("v.json", []byte(text))
	require.NoError(t, err)
	result, err := vector.Run(file)
	require.NoError(t, err)
	require.Len(t, result.Steps[0].Emission, 2)
}

// FuzzParse throws files at the parser: whatever it is given, it refuses with file and reason, or gives what can be
// verified and run.
func FuzzParse(f *testing.F) {
	f.Add([]byte(sound))
	for _, kind := range slices.Sorted(maps.Keys(soundCases)) {
		f.Add([]byte(caseFile(kind, soundCases[kind])))
	}
	for _, name := range []string{"uniform_512_interleaved", "edge_y3_bond_cap", "yuma3_fixed_alpha", "commit_mask_sniped_uid", "prune_choice"} {
		data, err := os.ReadFile(filepath.Join("..", "testdata", "public", name+".json"))
		require.NoError(f, err)
		if len(data) < 20_000 {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := vector.Parse("fuzz.json", data)
		if err != nil {
			var fault *vector.Error
			require.ErrorAs(t, err, &fault)
			require.NotEmpty(t, fault.Reason)
			require.Equal(t, "fuzz.json", fault.File)
			return
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second) // some sound files take long
		defer cancel()
		report, err := vector.Verify(ctx, file, vector.Options{})
		if err == nil {
			require.Equal(t, file.Parts(), report.Parts)
		}
		if result, err := vector.Run(file); err == nil {
			_, err = json.Marshal(result)
			require.NoError(t, err)
		}
	})
}
