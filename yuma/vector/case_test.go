package vector_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/yuma/vector"
)

// A sound case of each kind, alone in its file; the tests below break one thing each.
var soundCases = map[string]string{
	"median":              `{"stake":[0.4,0.6],"score":[0.5,0.25],"majority":0.5,"expect":0.25}`,
	"median_columns":      `{"stake":[2,3],"scores":[[0.5,1],[0.25,7]],"majority":0.5,"expect":[0.25,7]}`,
	"top_k":               `{"values":[1,0.5,1],"k":1,"expect":[false,false,true]}`,
	"max_upscale":         `{"values":[0,1,2],"expect":[0,32768,65535]}`,
	"prune":               `{"emission":[3,2],"registered_at":[0,1],"block":9,"immunity_period":2,"immortal":[0],"min_non_immune":0,"expect":1}`,
	"bond_ema":            `{"new":[[1,0.125]],"old":[[0,3]],"alpha":[[0.25,0.5]],"expect":[[0.25,1]],"tol":0}`,
	"liquid_equals_plain": `{"alpha_low_u16":6553,"alpha_high_u16":6553,"bonds_ma_ppm":900000,"steepness":-5,"weights":[[0.3]],"bonds":[[0.7]],"consensus":[0.1],"tol":0.001}`,
	"interpolate":         `{"a":[1,2],"b":[3,0],"ratio":0.3,"expect":[1.6,1.4]}`,
	"column_clip":         `{"rows":[[5,0.3]],"caps":[2,0.7],"expect":[[2,0.3]]}`,
	"max_weight_limit":    `{"values":[1,2],"limit_u16":65535,"expect":true}`,
	"param_check":         `{"liquid_alpha":true,"low":1638,"high":65535,"expect":true}`,
	"retention":           `{"honest_stake_pct":60,"honest_self_weight_pct":92,"cabal_self_weight_pct":100,"weight_stddev_ppm":400000,"expect_retained":true}`,
	"retention_share":     `{"honest_stake_pct":60,"honest_self_weight_pct":50,"cabal_self_weight_pct":50,"weight_stddev_ppm":0,"expect_share":{"incentive":0.5},"tol":0.01}`,
	"retention_contour": `{"plot":"p","honest_stake":0.6,"cabal_self_weight":0,"weight_stddev_ppm":0,"bonds_penalty_u16":65535,"kappa_u16":32767,` +
		`"validator_share":0.5,"doc_required_utility":0.231,"oracle_required_utility":0.231,"tol":0.001}`,
	"two_team_recurrence": `{"tau":0.5,"temperature":0,"honest_start":0.75,"cabal_start":0.25,"published_cabal_share":[],"cabal_share":[0.25,0.25],"tol":0}`,
}

const smallNetwork = `"network":{"n":20,"validators":4,"stake_stddev_ppm":0,"total_stake":1000000,"seed":1},`

func caseFile(kind, text string) string {
	return fmt.Sprintf("{\"format\":\"yuma-vector/1\",\"kind\":%q,\"id\":\"a\",\"source\":\"here\",\"origin\":\"derived\",\n%s\"cases\":[\n%s]}", kind, smallNetwork, text)
}

func parseCase(kind, text string) (vector.File, error) {
	return vector.Parse("v.json", []byte(caseFile(kind, text)))
}

// Expectations that are met pass, and each that is not is seen: no kind is waved through.
func TestEveryKindIsHeldAgainstOurs(t *testing.T) {
	for _, c := range []struct{ kind, old, new, want string }{
		{"median", `"expect":0.25`, `"expect":0.5`, "median"},
		{"median", `"stake":[0.4,0.6]`, `"stake":[0.6,0.4]`, "median: have 0.500000000000000000, want 0.25"},
		{"median_columns", `[0.25,7]}`, `[0.25,1]}`, "median[1]"},
		{"top_k", `[false,false,true]`, `[true,false,false]`, "top_k[0]"},
		{"max_upscale", `32768`, `32770`, "scaled_u16[1]"},
		{"prune", `"expect":1`, `"expect":0`, "have 1, want 0"},
		{"prune", `"expect":1`, `"expect":null`, "have 1, want nobody"},
		{"prune", `"immortal":[0]`, `"immortal":[1,0]`, "have nobody, want 1"},
		{"bond_ema", `"expect":[[0.25,1]]`, `"expect":[[0.25,0.99]]`, "bond[0,1]"},
		{"bond_ema", `[[0.25,0.5]]`, `[[0.250001,0.5]]`, "bond[0,0]"},
		{"liquid_equals_plain", `900000`, `890000`, "bond[0,0]"},
		{"interpolate", `"ratio":0.3`, `"ratio":0.30001`, "weight for bonds[0]"},
		{"column_clip", `[[2,0.3]]`, `[[2,0.30001]]`, "clipped[0,1]"},
		{"retention", `"honest_self_weight_pct":92`, `"honest_self_weight_pct":0`, "have 0"},
		{"retention", `"expect_retained":true`, `"expect_near":{"share":0.1,"tol":0.01}`, "near the boundary"},
		{"retention", `"expect_retained":true`, `"expect_retained":true,"oracle_share":0.5`, "honest share"},
		{"retention_share", `"incentive":0.5`, `"incentive":0.6`, "incentive"},
		{"retention_contour", `"oracle_required_utility":0.231`, `"oracle_required_utility":0.2`, "required utility"},
		{"retention_contour", `"doc_required_utility":0.231`, `"doc_required_utility":0.2`, "of the drawing"},
		{"two_team_recurrence", `[0.25,0.25]`, `[0.25,0.24]`, "cabal share[1]"},
		{"two_team_recurrence", `"published_cabal_share":[]`, `"published_cabal_share":[0.3]`, "published cabal share[0]"},
	} {
		t.Run(c.kind+" "+c.new, func(t *testing.T) {
			whole := soundCases[c.kind]
			file, err := parseCase(c.kind, whole)
			require.NoError(t, err)
			report := verify(t, file, vector.Options{})
			require.Empty(t, report.Failures)
			require.Positive(t, report.Checks)
			text := strings.Replace(whole, c.old, c.new, 1)
			require.NotEqual(t, whole, text)
			file, err = parseCase(c.kind, text)
			require.NoError(t, err)
			report = verify(t, file, vector.Options{})
			require.NotEmpty(t, report.Failures)
			require.Contains(t, fmt.Sprint(report.Failures), c.want)
		})
	}
}

func TestBadCasesAreRefusedWithPlaceAndReason(t *testing.T) {
	for _, c := range []struct{ kind, old, new, want string }{
		{"median", `"stake":[0.4,0.6]`, `"stake":[0.4]`, "v.json:3: cases[0]: score: want 1 elements, have 2"},
		{"median", `0.4`, `-0.4`, "cases[0].stake[0]: want no negative number"},
		{"median", `"majority":0.5`, `"majority":1.5`, "cases[0].majority: want a number from 0 to 1"},
		{"median", `"majority":0.5,`, ``, `cases[0]: field "majority" is missing`},
		{"median", `"majority":0.5`, `"majority":0.5,"majority":0.6`, `field "majority" appears twice`},
		{"median", `"majority":0.5`, `"majority":0.5,"mood":1`, `cases[0].mood: unknown field "mood"`},
		{"median", `0.4`, `1e41`, "want a number of at most"},
		{"median", `0.4`, `"0.4"`, `have "0.4"`},
		{"median", `{"stake"`, `7,{"stake"`, "cases[0]: want an object, have 7"},
		{"median_columns", `[0.5,1]`, `[0.5]`, "a row of scores: want 2 elements, have 1"},
		{"median_columns", `[[0.5,1],`, `[[0.5,1],[1,1],`, "scores: want 2 elements, have 3"},
		{"top_k", `"k":1`, `"k":-1`, "cases[0].k: want a whole number"},
		{"top_k", `[false,false,true]`, `[false,true]`, "expect: want 3 elements, have 2"},
		{"top_k", `[false,false,true]`, `[0,0,1]`, "cases[0].expect[0]: want true or false"},
		{"max_upscale", `32768`, `65536`, "cases[0].expect[1]: want a whole number from 0 to 65535"},
		{"prune", `"immortal":[0]`, `"immortal":[2]`, "immortal: want uids of 2 neurons without repetition, have 2"},
		{"prune", `"immortal":[0]`, `"immortal":[0,0]`, "without repetition"},
		{"prune", `"expect":1`, `"expect":2`, "expect: uid 2 of 2 neurons"},
		{"prune", `"emission":[3,2]`, `"emission":[3,18446744073709551616]`, "cases[0].emission[1]: want a whole number"},
		{"prune", `"registered_at":[0,1]`, `"registered_at":[0]`, "registered_at: want 2 elements"},
		{"bond_ema", `[[0,3]]`, `[[0],[3]]`, "old: want 1 elements, have 2"},
		{"bond_ema", `[[0.25,0.5]]`, `2`, "cases[0].alpha: want a number from 0 to 1, have 2"},
		{"bond_ema", `[[0.25,0.5]]`, `[[0.25]]`, "a row of alpha"},
		{"bond_ema", `[[0.25,0.5]]`, `{}`, "cases[0].alpha: want a number"},
		{"liquid_equals_plain", `"alpha_high_u16":6553`, `"alpha_high_u16":6554`, "want equal bounds of alpha"},
		{"liquid_equals_plain", `[[0.7]]`, `[[1.7]]`, "cases[0].bonds[0][0]: want a number from 0 to 1"},
		{"liquid_equals_plain", `-5`, `40000`, "cases[0].steepness"},
		{"liquid_equals_plain", `900000`, `1000001`, "cases[0].bonds_ma_ppm"},
		{"interpolate", `"b":[3,0]`, `"b":[3]`, "b: want 2 elements"},
		{"interpolate", `0.3`, `1.3`, "cases[0].ratio"},
		{"column_clip", `"caps":[2,0.7]`, `"caps":[2]`, "a row of rows: want 1 elements, have 2"},
		{"max_weight_limit", `65535`, `65536`, "cases[0].limit_u16"},
		{"max_weight_limit", `[1,2]`, `[1,2.5]`, "cases[0].values[1]"},
		{"param_check", `1638`, `-1`, "cases[0].low"},
		{"retention", `,"expect_retained":true`, ``, `want one of "expect_retained" and "expect_near"`},
		{"retention", `"expect_retained":true`, `"expect_near":{"share":0.5}`, `want "share" and "tol"`},
		{"retention", `"expect_retained":true`, `"expect_near":{"share":0.5,"tol":0,"x":1}`, `unknown field "x"`},
		{"retention", `"honest_stake_pct":60`, `"honest_stake_pct":0`, "want honest stake of 1 to 99 %"},
		{"retention", `"honest_self_weight_pct":92`, `"honest_self_weight_pct":101`, "honest_self_weight_pct: want a whole number from 0 to 100"},
		{"retention", `400000`, `1000001`, "votes spread by 1000001 millionths"},
		{"retention_share", `{"incentive":0.5}`, `{}`, "expect_share: want at least one figure"},
		{"retention_share", `"incentive"`, `"luck"`, `cases[0].expect_share.luck: unknown field "luck"`},
		{"retention_contour", `"honest_stake":0.6`, `"honest_stake":0.605`, "want whole percents"},
		{"retention_contour", `"cabal_self_weight":0`, `"cabal_self_weight":0.0000001`, "at most six decimals"},
		{"retention_contour", `"honest_stake":0.6`, `"honest_stake":1`, "want honest stake of 1 to 99 %"},
		{"two_team_recurrence", `"cabal_start":0.25`, `"cabal_start":0.35`, "want shares of stake that sum to one"},
		{"two_team_recurrence", `"temperature":0`, `"temperature":1001`, "temperature is above 1000"},
		{"two_team_recurrence", `"published_cabal_share":[]`, `"published_cabal_share":[0,0,0]`, "want at most 2 elements, have 3"},
	} {
		t.Run(c.kind+" "+c.new, func(t *testing.T) {
			text := strings.Replace(soundCases[c.kind], c.old, c.new, 1)
			require.NotEqual(t, soundCases[c.kind], text)
			_, err := parseCase(c.kind, text)
			require.ErrorContains(t, err, c.want)
			var fault *vector.Error
			require.ErrorAs(t, err, &fault)
			require.Equal(t, "v.json", fault.File)
			require.Positive(t, fault.Line)
		})
	}
}

func TestBadFilesOfCases(t *testing.T) {
	sound := caseFile("retention", soundCases["retention"])
	for _, c := range []struct{ name, old, new, want string }{
		{"no network", smallNetwork, "", `field "network" is missing`},
		{"network field missing", `,"seed":1`, ``, `network: field "seed" is missing`},
		{"network field unknown", `,"seed":1`, `,"seed":1,"luck":1`, `network.luck: unknown field "luck"`},
		{"nobody to vote", `"validators":4`, `"validators":1`, "network: want two validators and two servers"},
		{"network too large", `"n":20,"validators":4`, `"n":60000,"validators":30000`, "30000 validators times 30000 servers, at most 1048576"},
		{"stake too large", `1000000,`, `18446744073709551615,`, "total stake of"},
		{"no cases", soundCases["retention"], ``, "want at least one case"},
		{"cases not a list", `"cases":[`, `"cases":{}, "x":[`, "cases: want a list"},
		{"params", `"cases"`, `"params":{},"cases"`, "do not belong to kind"},
		{"negative tolerance", `"cases"`, `"tol":-1,"cases"`, "tol: want no negative number"},
		{"unknown field", `"cases"`, `"speed":1,"cases"`, `unknown field "speed"`},
		{"two lists", `"cases"`, `"cases":[],"cases"`, `field "cases" appears twice`},
		{"cases after the first", soundCases["retention"], soundCases["retention"] + ",{}", `v.json:3: cases[1]: field "honest_stake_pct" is missing`},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(sound, c.old, c.new, 1)
			require.NotEqual(t, sound, text)
			_, err := vector.Parse("v.json", []byte(text))
			require.ErrorContains(t, err, c.want)
		})
	}
}

// The kind, the tolerance and the network may stand behind the cases that need them.
func TestOrderOfFieldsIsFree(t *testing.T) {
	text := `{"cases":[` + soundCases["retention_share"] + `],"source":"here","origin":"derived","id":"a",` + smallNetwork +
		`"kind":"retention_share","format":"yuma-vector/1"}`
	file, err := vector.Parse("v.json", []byte(text))
	require.NoError(t, err)
	require.True(t, verify(t, file, vector.Options{}).OK())
}

// Rules of the chain that this package cannot know are brought along; without them no case counts as checked.
func TestBoundsAreTheChains(t *testing.T) {
	file, err := parseCase("param_check", soundCases["param_check"]+`,{"liquid_alpha":false,"low":1638,"high":65535,"expect":false}`)
	require.NoError(t, err)
	report := verify(t, file, vector.Options{})
	require.Len(t, report.NotApplicable, 2)
	require.Zero(t, report.Checks)
	report = verify(t, file, vector.Options{AlphaBounds: func(low, high uint16) error { return nil }})
	require.Len(t, report.NotApplicable, 1)
	require.Equal(t, 1, report.NotApplicable[0].Case)
	require.Equal(t, 1, report.Checks)
	require.True(t, report.OK())
	report = verify(t, file, vector.Options{AlphaBounds: func(low, high uint16) error { return fmt.Errorf("no") }})
	require.Len(t, report.Failures, 1)
}

// A full verification computes all points of a plot, a quick one some of them, and says how many it left.
func TestQuickVerificationSaysWhatItLeft(t *testing.T) {
	file, err := parseCase("retention_contour", strings.Repeat(soundCases["retention_contour"]+",", 99)+soundCases["retention_contour"])
	require.NoError(t, err)
	calls := 0
	quick := verify(t, file, vector.Options{Progress: func(done, of int) { require.Equal(t, calls, done); require.Equal(t, 100, of); calls++ }})
	require.Equal(t, 100, calls)
	require.Equal(t, 66, quick.Left)
	require.Equal(t, 2*34, quick.Checks)
	full := verify(t, file, vector.Options{Full: true})
	require.Zero(t, full.Left)
	require.Equal(t, 2*100, full.Checks)
	require.Empty(t, full.Failures)
}

func TestNumberOfCasesIsBounded(t *testing.T) {
	_, err := parseCase("top_k", strings.Repeat(`{"values":[],"k":0,"expect":[]},`, 10_000)+soundCases["top_k"])
	require.ErrorContains(t, err, "cases[10000]: more than 10000 cases")
}
