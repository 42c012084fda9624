package evidence

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/jsonbound"
	"github.com/dendra-net/dendra/neuron"
)

func TestCurvesFromElsewhereAreChecked(t *testing.T) {
	who := neuron.KeyFromSeed([32]byte{1}).Address()
	good := Curve{Netuid: 2, Points: []Point{{Epoch: 3, Miners: []MinerPoint{{Hotkey: who, Share: 0.5, Facts: []Fact{{Name: "bits_per_byte", Value: 2.5}}}}}}}
	body := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		require.Equal(t, "/evidence/2/curve.json", r.URL.Path)
		_, _ = w.Write([]byte(body))
	}))
	defer server.Close()
	fetch := func(c Curve) (Curve, error) {
		text, err := json.Marshal(c)
		require.NoError(t, err)
		body = string(text)
		return Fetcher{Base: server.URL, Netuid: 2}.Curve(t.Context())
	}
	got, err := fetch(good)
	require.NoError(t, err)
	require.Equal(t, good, got)

	for why, spoil := range map[string]func(*Curve){
		"subnet 7":      func(c *Curve) { c.Netuid = 7 },
		"follows epoch": func(c *Curve) { c.Points = append(c.Points, c.Points[0]) },
		"address":       func(c *Curve) { c.Points[0].Miners[0].Hotkey = "\x1b[2J" },
		"beyond all":    func(c *Curve) { c.Points[0].Miners[0].Share = 1e300 },
		"too long":      func(c *Curve) { c.Points[0].Miners[0].Facts[0].Name = strings.Repeat("x", 101) },
		"facts, at most": func(c *Curve) {
			c.Points[0].Facts = make([]Fact, maxCurveFacts+1)
		},
		"miners, at most": func(c *Curve) { c.Points[0].Miners = make([]MinerPoint, maxCurveMiners+1) },
		"1001 epochs":     func(c *Curve) { c.Points = make([]Point, curveEpochs+1) },
	} {
		bad := Curve{Netuid: good.Netuid, Points: []Point{{Epoch: 3, Miners: []MinerPoint{{Hotkey: who, Facts: []Fact{{Name: "a"}}}}}}}
		spoil(&bad)
		_, err := fetch(bad)
		require.ErrorIs(t, err, ErrFetch)
		require.ErrorContains(t, err, why)
	}
	for _, much := range []string{"{}", "1", "[]"} {
		body = `{"netuid":2,"points":[` + strings.Repeat(much+",", 8<<20/4) + much + "]}"
		_, err = Fetcher{Base: server.URL, Netuid: 2}.Curve(t.Context())
		require.ErrorIs(t, err, ErrFetch)
		require.ErrorIs(t, err, jsonbound.ErrTooMuch, much)
	}
	body = strings.Repeat("[", 100_000)
	_, err = Fetcher{Base: server.URL, Netuid: 2}.Curve(t.Context())
	require.ErrorIs(t, err, ErrFetch)
}

// A text is refused before anything is made of it, and what is within the limits makes little more than it takes itself.
func TestCurvesTakeLittleMemory(t *testing.T) {
	for _, c := range []struct {
		text string
		most uint64 // bytes
	}{
		{`{"netuid":2,"points":[` + strings.Repeat("{},", 2<<20) + "{}]}", 1 << 20},
		{`{"netuid":2,"points":[{"miners":[` + strings.Repeat(`{"facts":[{}]},`, 500_000) + "{}]}]}", 1 << 20},
		{`{"netuid":2,"points":[` + strings.Repeat("{},", 1<<17-2) + "{}]}", 64 << 20},
		{`{"netuid":2,"points":[{"facts":[` + strings.Repeat("1,", 1<<18-3) + "1]}]}", 96 << 20},
	} {
		text := []byte(c.text)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := parseCurve(text, 2)
		runtime.ReadMemStats(&after)
		require.Error(t, err)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, c.most, "%.60s", c.text)
		t.Logf("%.60s: %d bytes of text, %d allocated", c.text, len(text), after.TotalAlloc-before.TotalAlloc)
	}
}
