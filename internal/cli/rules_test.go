package cli

import (
	"net/http"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/x/subnet"
	"github.com/dendra-net/dendra/x/weights"
)

func TestTakes(t *testing.T) {
	for in, want := range map[string]uint32{"18%": 11796, "0.18": 11796, "0": 0, "0%": 0, "1": 65535, "100%": 65535, " 50% ": 32767, "0.00001": 0, ".5": 32767} {
		got, err := parseTake(in)
		require.NoError(t, err, in)
		require.Equal(t, want, got, in)
	}
	for _, in := range []string{"", "%", "1.1", "101%", "-1", "+1", "1e-3", "1/3", "0x1", "18%%", "NaN", "0.0000000000000000000000000001"} {
		_, err := parseTake(in)
		require.ErrorContains(t, err, "bad_take", in)
	}
	require.Equal(t, "18.00", percentOf(11796))
}

func TestSettings(t *testing.T) {
	got, err := parseSettings([]string{"tempo=400", "yuma3=off", "min_burn_rao=0.5tao", "max_burn_rao=200000001", "alpha_steepness=-5"})
	require.NoError(t, err)
	var values []int64
	for _, s := range got {
		values = append(values, s.value)
	}
	require.Equal(t, []int64{400, 0, 500_000_000, 200_000_001, -5}, values)
	for in, code := range map[string]string{"tempo": "bad_value", "tempo=": "bad_value", "tempo=0.5tao": "bad_value", "min_burn_rao=0.5": "bad_value",
		"tempo=50401": "param_out_of_bounds", "tempo=99999999999999999999": "bad_value", "nonsense=1": "param_unknown", "=1": "param_unknown", "yuma3=2": "param_out_of_bounds"} {
		_, err := parseSettings([]string{in})
		require.ErrorContains(t, err, code, in)
	}
}

func TestHyperparametersSayWhoMayChangeThem(t *testing.T) {
	list := viewParams(subnet.DefaultHyperparameters())
	require.Len(t, list, reflect.TypeFor[subnet.Hyperparameters]().NumField())
	require.Equal(t, paramView{Name: "tempo", Value: "360", Owner: true, OwnerMin: "360", OwnerMax: "50400", Min: "1", Max: "50400"}, list[0])
	require.False(t, list[2].Owner)
	require.Empty(t, list[2].OwnerMin)
}

func TestRulesKeepEveryFieldAndLargeNumbersWhole(t *testing.T) {
	p := subnet.DefaultParams()
	p.Defaults.RegistrationAllowed = false
	rules := plainRules(reflect.ValueOf(p))
	require.Equal(t, "100000000000", rules["min_lock_rao"])
	defaults := rules["defaults"].(map[string]any)
	require.Equal(t, false, defaults["registration_allowed"])
	require.Equal(t, "4611686018427387904", defaults["max_difficulty"])
	require.Equal(t, int64(360), defaults["tempo"])
}

func TestLawsThatDoNotHoldAreAnError(t *testing.T) {
	require.NoError(t, lawsView{Laws: []lawView{{Name: "a", Holds: true}}}.verdict())
	require.ErrorContains(t, lawsView{Height: 7, Laws: []lawView{{Name: "a", Holds: true}, {Name: "b", Detail: "1 rao is 2"}}}.verdict(),
		"books_wrong: 1 of 2 laws are broken at height 7; the first is b: 1 rao is 2")
	require.ErrorContains(t, lawsView{}.verdict(), "laws_unchecked")
}

func TestDataToPublish(t *testing.T) {
	got, err := dataOf([]string{"0x00ff"}, "")
	require.NoError(t, err)
	require.Equal(t, []byte{0, 255}, got)
	got, err = dataOf([]string{"model m"}, "")
	require.NoError(t, err)
	require.Equal(t, `"model m"`, readable(got))
	for in, want := range map[string]string{"\x1b[2J": "0x1b5b324a", "a\nb": "0x610a62", "\xff": "0xff", "größe": `"größe"`} {
		require.Equal(t, want, readable([]byte(in)))
	}
}

func TestFixesNameTheSubnetAndTheRequest(t *testing.T) {
	h := http.Header{"Dendra-Subnet": {"3"}, "Dendra-Request-Id": {"0123456789abcdef"}}
	require.Equal(t, "dendra neuron list --subnet 3; dendra request show 0123456789ab", concrete("dendra neuron list --subnet N; dendra request show ID", h))
	h = http.Header{"Dendra-Subnet": {"3; rm"}, "Dendra-Request-Id": {"\x1b[2J"}}
	require.Equal(t, "--subnet N request show ID", concrete("--subnet N request show ID", h))
}

func TestScoresOfAFaultyNodeDoNoHarm(t *testing.T) {
	market := neuron.Subnet{Neurons: []neuron.Neuron{{Hotkey: "a"}, {Hotkey: "b", Generation: 2}}}
	v := viewScores(market, weights.Scores{Generations: []uint32{0, 1, 0}, Incentive: []uint64{1 << 47}, Permit: []bool{true}})
	require.Len(t, v.Scores, 3)
	require.Equal(t, scoreView{UID: 0, Hotkey: "a", Permit: true, Incentive: 0.5}, v.Scores[0])
	require.Empty(t, v.Scores[1].Hotkey, "the slot changed hands")
	require.Empty(t, v.Scores[2].Hotkey, "there is no such slot")
}

func TestPricesSayWhereANewcomerSits(t *testing.T) {
	require.Equal(t, "3 of 8 are free", seatPrice{Neurons: 5, MaxNeurons: 8}.seat(nil))
	require.Equal(t, "all 8 are taken and nobody may be replaced yet", seatPrice{Neurons: 8, MaxNeurons: 8}.seat(nil))
	full := seatPrice{Neurons: 8, MaxNeurons: 8, Replaces: &seatedKey{4, "tao1x"}}
	require.Equal(t, "all 8 are taken; neuron 4 (bob) gives way", full.seat(map[neuron.Address]string{"tao1x": "bob"}))
}
