package vector_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/yuma/vector"
)

// sound is the smallest whole epoch vector; the tests below break one thing each.
const sound = `{"format":"yuma-vector/1","kind":"epoch","id":"a_1","source":"here","origin":"derived","n":2,
"params":{"kappa_u16":32767,"bonds_ma_ppm":900000,"bonds_penalty_u16":65535,"max_validators":64,"activity_cutoff":5000,"tempo":100,"min_stake":0},
"steps":[{"block":10,"emission":1000,"stake":[5,0],"last_update":[9,9],"registered_at":[1,1],"permits_in":[true,false],
"weights":{"0":[[1,65535]]},"bonds_in":{},"expect":[{"field":"emission","all":[500,500]}]}]}`

func TestSoundVector(t *testing.T) {
	file, err := vector.Parse("a.json", []byte(sound))
	require.NoError(t, err)
	report := verify(t, file, vector.Options{})
	require.True(t, report.OK())
	require.Equal(t, 2, report.Checks)
}

func TestBadVectorsAreRefusedWithPlaceAndReason(t *testing.T) {
	swap := func(old, new string) string {
		require.Contains(t, sound, old)
		return strings.Replace(sound, old, new, 1)
	}
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "v.json:1: the document ends too early"},
		{"cut", sound[:200], "the document ends too early"},
		{"not JSON", "{]", "broken JSON"},
		{"more than one document", sound + "{}", "something follows the document"},
		{"not an object", "[]", "want an object"},
		{"format", swap("yuma-vector/1", "yuma-vector/9"), `format: want "yuma-vector/1"`},
		{"kind", swap(`"epoch"`, `"epochs"`), `kind: unknown kind "epochs"`},
		{"id", swap("a_1", "../a"), "id: want lower-case"},
		{"origin", swap(`"derived"`, `"guessed"`), "origin: want transcribed or derived"},
		{"no cases", swap(`"epoch"`, `"median"`), `"cases" is missing`},
		{"unknown parameter", swap(`"tempo":100`, `"tempo":100,"speed":1`), `v.json:2: params.speed: unknown field "speed"`},
		{"parameter missing", swap(`"tempo":100,`, ``), `params: field "tempo" is missing`},
		{"parameter twice", swap(`"tempo":100`, `"tempo":100,"tempo":101`), `field "tempo" appears twice`},
		{"case matters", swap(`"tempo":100`, `"Tempo":100`), `unknown field "Tempo"`},
		{"kappa too large", swap("32767", "65536"), "params.kappa_u16: want a whole number from 0 to 65535, have 65536"},
		{"negative stake", swap("[5,0]", "[-5,0]"), "steps[0].stake[0]: want a whole number"},
		{"stake overflows", swap("[5,0]", "[18446744073709551616,0]"), "steps[0].stake[0]: want a whole number"},
		{"stake not whole", swap("[5,0]", "[5.5,0]"), "steps[0].stake[0]"},
		{"stake a string", swap("[5,0]", `["5",0]`), `have "5"`},
		{"too few stakes", swap("[5,0]", "[5]"), "steps[0].stake: want 2 elements, have 1"},
		{"permits", swap("[true,false]", "[true,1]"), "steps[0].permits_in[1]: want true or false, have 1"},
		{"uid of a row", swap(`{"0":[[1,65535]]}`, `{"2":[[1,65535]]}`), "steps[0].weights.2: row of uid 2 in a network of 2"},
		{"row name", swap(`{"0":[[1,65535]]}`, `{"x":[]}`), `want a uid that appears once, have "x"`},
		{"row twice", swap(`{"0":[[1,65535]]}`, `{"0":[],"00":[]}`), `want a uid that appears once, have "00"`},
		{"uid too large", swap("[[1,65535]]", "[[65536,1]]"), "steps[0].weights.0[0][0]"},
		{"uid twice", swap("[[1,65535]]", "[[1,1],[1,2]]"), "uid 1 appears twice in row 0"},
		{"weight too large", swap("[[1,65535]]", "[[1,65536]]"), "steps[0].weights.0[0][1]: want a whole number from 0 to 65535"},
		{"cell too short", swap("[[1,65535]]", "[[1]]"), "want [uid, value]"},
		{"cell too long", swap("[[1,65535]]", "[[1,2,3]]"), "want [uid, value]"},
		{"block without weight", swap(`{"0":[[1,65535]]}`, `{"blocks":[{"rows":[0,1,1],"cols":[0,1,1]}]}`), `field "w" is missing`},
		{"block step zero", swap(`{"0":[[1,65535]]}`, `{"blocks":[{"rows":[0,1,0],"cols":[0,1,1],"w":1}]}`), "want a list, or a range"},
		{"block too large", swap(`{"0":[[1,65535]]}`, `{"blocks":[{"rows":[0,65536,1],"cols":[0,65536,1],"w":1}]}`), "more than 4194304 cells"},
		{"block uid", swap(`{"0":[[1,65535]]}`, `{"blocks":[{"kind":"list","rows":[70000],"cols":[0],"w":1}]}`), "uid 70000 is above 65535"},
		{"owner", swap(`"min_stake":0`, `"min_stake":0,"owner_uid":2`), "params.owner_uid: uid 2 of 2 neurons"},
		{"steepness", swap(`"min_stake":0`, `"min_stake":0,"alpha_steepness":-32769`), "params.alpha_steepness"},
		{"step field missing", swap(`"emission":1000,`, ``), `steps[0]: field "emission" is missing`},
		{"first step without bonds", swap(`"bonds_in":{},`, ``), "steps[0].bonds_in: the first step"},
		{"commits", swap(`"expect"`, `"commit_block":[null],"expect"`), "steps[0].commit_block: want 2 elements, have 1"},
		{"commits of another type", swap(`"expect"`, `"commit_block":true,"expect"`), "want a list or null"},
		{"expectation of an unknown field", swap(`"field":"emission"`, `"field":"luck"`), `steps[0].expect[0]: unknown field "luck"`},
		{"expectation too short", swap("[500,500]", "[500]"), "want one value for each of 2 neurons"},
		{"expectation of another type", swap("[500,500]", "[true,false]"), "another type of value"},
		{"expectation of nothing", swap(`"all":[500,500]`, `"tol":1`), `want "all", "rows", or "at"`},
		{"expectation elsewhere", swap(`"all":[500,500]`, `"at":[2],"value":1`), `in "at"`},
		{"operator", swap(`"all":[500,500]`, `"at":[1],"op":"<>","value":1`), `unknown operator "<>"`},
		{"negative tolerance", swap(`"all":[500,500]`, `"all":[500,500],"tol":-1`), "tol is negative"},
		{"absurd number", swap(`"all":[500,500]`, `"all":[500,1e999999999]`), "want a number of at most"},
		{"derived too short", swap(`"expect"`, `"derived":{"exact":{"emission":[1]}},"expect"`), "steps[0].derived: emission: want 2 elements"},
		{"step not an object", swap(`"steps":[`, `"steps":[0,`), "steps[0]: want an object"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := vector.Parse("v.json", []byte(c.text))
			require.ErrorContains(t, err, c.want)
			var fault *vector.Error
			require.ErrorAs(t, err, &fault)
			require.Equal(t, "v.json", fault.File)
		})
	}
}

func TestTooLargeAndMissingFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "large.json")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	require.NoError(t, os.Truncate(path, vector.MaxBytes+1))
	_, err := vector.Load(path)
	require.ErrorContains(t, err, "large.json: larger than")
	_, err = vector.Load(path + ".missing")
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestOtherKindsAreNamed(t *testing.T) {
	file, err := vector.Load("../testdata/public/prune_choice.json")
	require.NoError(t, err)
	_, err = vector.Run(file)
	require.ErrorIs(t, err, vector.ErrKind)
	require.ErrorContains(t, err, `kind "prune"`)
}

func TestVerifySeesWrongFigures(t *testing.T) {
	for _, c := range []struct{ name, old, new string }{
		{"amount", "[500,500]", "[500,502]"},
		{"flag", `{"field":"emission","all":[500,500]}`, `{"field":"active","all":[true,false]}`},
		{"cell", `{"field":"emission","all":[500,500]}`, `{"field":"bonds_u16","at":[0,1],"value":65533}`},
		{"missing cell", `{"field":"emission","all":[500,500]}`, `{"field":"bonds_u16","rows":{"1":[[0,2]]}}`},
		{"cells that should not be there", `{"field":"emission","all":[500,500]}`, `{"field":"bonds_u16","rows":{"0":[]},"exact_rows":true}`},
		{"order", `{"field":"emission","all":[500,500]}`, `{"field":"emission","at":[0],"op":"<","value":500}`},
		{"real", `{"field":"emission","all":[500,500]}`, `{"field":"incentive","all":[0,0.9999999999]}`},
		{"derived", `"expect"`, `"derived":{"exact":{"emission":[500,498]},"reals":{}},"expect"`},
		{"derived bonds", `"expect"`, `"derived":{"exact":{"bonds_u16":{}},"reals":{}},"expect"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(sound, c.old, c.new, 1)
			require.NotEqual(t, sound, text)
			file, err := vector.Parse("v.json", []byte(text))
			require.NoError(t, err)
			report := verify(t, file, vector.Options{})
			require.Len(t, report.Failures, 1)
			require.NotEmpty(t, report.Failures[0].String())
			file.KnifeEdge = true
			report = verify(t, file, vector.Options{})
			require.True(t, report.OK())
			require.Equal(t, 1, report.Excused)
		})
	}
}

func TestRunPrintsTheAgreedNames(t *testing.T) {
	file, err := vector.Parse("a.json", []byte(sound))
	require.NoError(t, err)
	result, err := vector.Run(file)
	require.NoError(t, err)
	text, err := json.Marshal(result)
	require.NoError(t, err)
	require.JSONEq(t, `{"steps":[{
		"stake_weight_u16":[65535,0],"consensus_u16":[0,65535],"incentive_u16":[0,65535],"dividends_u16":[65535,0],
		"validator_trust_u16":[65535,0],"trust_u16":[0,65535],"rank_u16":[0,65535],"pruning_u16":[65535,65535],
		"server_emission":[0,500],"validator_emission":[500,0],"emission":[500,500],"active":[true,true],
		"new_permits":[true,false],"bonds_u16":{"0":[[1,65535]]},
		"reals":{"consensus":[0,1],"incentive":[0,1],"dividends":[1,0],"validator_trust":[1,0],"emission_share":[0.5,0.5]}}]}`,
		string(text))
}

// A step without bonds goes on from the step before, and columns can be reset between steps.
func TestStepsContinue(t *testing.T) {
	step := `{"block":20,"last_step_block":10,"emission":1000,"stake":[5,0],"last_update":[9,9],"registered_at":[1,1],
		"permits_in":[true,false],"weights":{},RESET"expect":[]}`
	for reset, want := range map[string]string{``: `{"0":[[1,65535]]}`, `"reset_bond_columns":[1],`: `{}`} {
		text := strings.TrimSuffix(sound, "]}") + "," + strings.Replace(step, "RESET", reset, 1) + "]}"
		file, err := vector.Parse("a.json", []byte(text))
		require.NoError(t, err)
		result, err := vector.Run(file)
		require.NoError(t, err)
		have, err := json.Marshal(result.Steps[1].Bonds)
		require.NoError(t, err)
		require.Equal(t, want, string(have))
	}
}
