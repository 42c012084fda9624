package mixture_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/mix"
	"github.com/dendra-net/dendra/subnets/mixture"
)

var rewrite = flag.Bool("rewrite", false, "write testdata anew")

// sharp is a distribution with most of its mass on few bytes, as a model's is.
func sharp(seed uint64) (d mix.Dist) {
	dice := rand.New(rand.NewPCG(seed, 0))
	sum := 0.0
	var w [256]float64
	for b := range w {
		w[b] = math.Pow(dice.Float64(), 30)
		sum += w[b]
	}
	for b := range d {
		d[b] = float32(mix.Floor + w[b]/sum*(1-256*mix.Floor))
	}
	return d
}

func certain(b byte) (d mix.Dist) {
	for i := range d {
		d[i] = mix.Floor
	}
	d[b] = 1 - 255*mix.Floor
	return d
}

func TestQuantisingCostsLittle(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 1))
	total, n := 0.0, 0
	for seed := range uint64(200) {
		d := sharp(seed)
		require.NoError(t, d.Check())
		raw := make([]byte, mixture.DistBytes)
		mixture.Quantise(&d, raw)
		var back mix.Dist
		require.NoError(t, mixture.Restore(raw, &back))
		require.NoError(t, back.Check())
		for b := range d {
			require.InDelta(t, d.Bits(byte(b)), back.Bits(byte(b)), 0.12)
		}
		for range 50 { // bytes as d draws them
			at := dice.Float64()
			for b, p := range d {
				if at -= float64(p); at < 0 {
					total += back.Bits(byte(b)) - d.Bits(byte(b))
					n++
					break
				}
			}
		}
	}
	require.Less(t, math.Abs(total/float64(n)), 2e-3, "mean cost in bits per byte")
}

// vector is a distribution as it travels and as it is read.
type vector struct {
	Name          string     `json:"name"`
	Levels        []byte     `json:"levels_base64"`
	Probabilities *mix.Dist  `json:"probabilities,omitempty"`
	Refused       string     `json:"refused,omitempty"`
	Request       *stringReq `json:"request,omitempty"`
}

type stringReq struct {
	Texts []string `json:"texts"`
	Body  string   `json:"body"`
}

func vectors(t *testing.T) []vector {
	var list []vector
	for name, d := range map[string]mix.Dist{"uniform": mix.Uniform(), "certain of a": certain('a'), "sharp": sharp(1), "another": sharp(2)} {
		raw := make([]byte, mixture.DistBytes)
		mixture.Quantise(&d, raw)
		var back mix.Dist
		require.NoError(t, mixture.Restore(raw, &back))
		list = append(list, vector{Name: name, Levels: raw, Probabilities: &back})
	}
	one := bytes.Repeat([]byte{255}, 256)
	list = append(list,
		vector{Name: "sums to nothing", Levels: one, Refused: "sum"},
		vector{Name: "sums to 256", Levels: make([]byte, 256), Refused: "sum"},
		vector{Name: "a byte short", Levels: one[1:], Refused: "255 bytes"},
	)
	body, err := mixture.EncodeRequest([][]byte{[]byte("The qu"), {0, 255}, {}})
	require.NoError(t, err)
	return append(list, vector{Name: "request", Request: &stringReq{[]string{"The qu", "\x00\xff", ""}, string(body)}})
}

func TestVectors(t *testing.T) {
	file := filepath.Join("testdata", "wire.json")
	if *rewrite {
		raw, err := json.MarshalIndent(vectors(t), "", " ")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(file, append(raw, '\n'), 0o644))
	}
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	var list []vector
	require.NoError(t, json.Unmarshal(raw, &list))
	require.Len(t, list, 8)
	for _, v := range list {
		t.Run(v.Name, func(t *testing.T) { v.check(t) })
	}
}

func (v vector) check(t *testing.T) {
	if v.Request != nil {
		prefixes, err := mixture.DecodeRequest([]byte(v.Request.Body))
		require.NoError(t, err)
		require.Len(t, prefixes, 3)
		require.Equal(t, "The qu", string(prefixes[0]))
		return
	}
	var d mix.Dist
	err := mixture.Restore(v.Levels, &d)
	if v.Refused != "" {
		require.ErrorIs(t, err, mixture.ErrAnswer)
		require.ErrorContains(t, err, v.Refused)
		return
	}
	require.NoError(t, err)
	require.Equal(t, *v.Probabilities, d, "to the last bit")
	again := make([]byte, mixture.DistBytes)
	mixture.Quantise(&d, again)
	for b := range again {
		require.InDelta(t, v.Levels[b], again[b], 1)
	}
}

func TestRequestsAreBounded(t *testing.T) {
	for name, c := range map[string]struct{ body, says string }{
		"nothing":      {``, "JSON"},
		"no prefixes":  {`{}`, "0 prefixes"},
		"too many":     {`{"prefixes":["` + strings.Repeat(`","`, 64) + `"]}`, "65 prefixes"},
		"too long":     {`{"prefixes":["` + strings.Repeat("AAAA", 43) + `"]}`, "129 bytes"},
		"no base64":    {`{"prefixes":["!"]}`, "base64"},
		"a number":     {`{"prefixes":[7]}`, "json"},
		"far too long": {`{"prefixes":["` + strings.Repeat("A", 40<<10) + `"]}`, "at most"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := mixture.DecodeRequest([]byte(c.body))
			require.ErrorIs(t, err, mixture.ErrRequest)
			require.ErrorContains(t, err, c.says)
		})
	}
	_, err := mixture.EncodeRequest(nil)
	require.ErrorIs(t, err, mixture.ErrRequest)
	most := make([][]byte, mixture.MaxPrefixes)
	for i := range most {
		most[i] = make([]byte, mixture.MaxPrefixBytes)
	}
	body, err := mixture.EncodeRequest(most)
	require.NoError(t, err)
	back, err := mixture.DecodeRequest(body)
	require.NoError(t, err)
	require.Equal(t, most, back)
}

func TestAnswersAreStrict(t *testing.T) {
	good := mixture.EncodeAnswer([]mix.Dist{sharp(1), sharp(2)})
	out := make([]mix.Dist, 2)
	require.NoError(t, mixture.DecodeAnswer(good, out))
	for name, body := range map[string][]byte{
		"empty": nil, "short": good[1:], "long": append(bytes.Clone(good), 0), "one too few": good[:256],
		"second bad": append(bytes.Clone(good[:256]), make([]byte, 256)...),
	} {
		require.ErrorIs(t, mixture.DecodeAnswer(body, out), mixture.ErrAnswer, name)
	}
}

func FuzzDecodeAnswer(f *testing.F) {
	d := sharp(1)
	f.Add(mixture.EncodeAnswer([]mix.Dist{d}))
	f.Add(make([]byte, 256))
	f.Fuzz(func(t *testing.T, body []byte) {
		out := make([]mix.Dist, 1)
		if err := mixture.DecodeAnswer(body, out); err != nil {
			require.ErrorIs(t, err, mixture.ErrAnswer)
			return
		}
		require.NoError(t, out[0].Check())
	})
}

func FuzzDecodeRequest(f *testing.F) {
	f.Add([]byte(`{"prefixes":["QUJD",""]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		prefixes, err := mixture.DecodeRequest(body)
		if err != nil {
			require.ErrorIs(t, err, mixture.ErrRequest)
			return
		}
		again, err := mixture.EncodeRequest(prefixes)
		require.NoError(t, err)
		back, err := mixture.DecodeRequest(again)
		require.NoError(t, err)
		require.Equal(t, prefixes, back)
	})
}

func BenchmarkQuantise(b *testing.B) {
	d, out := sharp(1), make([]byte, mixture.DistBytes)
	for b.Loop() {
		mixture.Quantise(&d, out)
	}
}
