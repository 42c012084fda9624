package pretrain

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/corpus/fresh"
	"github.com/dendra-net/dendra/mix"
	"github.com/dendra-net/dendra/nn"
	"github.com/dendra-net/dendra/nn/gguf"
	"github.com/dendra-net/dendra/subnets/lm"
)

func TestWork(t *testing.T) {
	require.Less(t, work(small), MaxWork/10)
	require.Less(t, work(medium), MaxWork/2)
	long := medium
	long.Context = nn.MaxContext
	require.Less(t, work(long), MaxWork, "a longer context is welcome")
	_, err := open(attentive(t))
	require.ErrorIs(t, err, ErrWork)
	_, err = open(make([]byte, MaxArtifact+1))
	require.ErrorIs(t, err, lm.ErrArtifact)
}

// The kinds that train stay below the cap.
func TestSizes(t *testing.T) {
	require.LessOrEqual(t, len(tlmOf(t, medium)), MaxArtifact)
}

func FuzzPath(f *testing.F) {
	for _, path := range []string{"", "/artifact/", Path([32]byte{255}), "/artifact/" + strings.Repeat("g", 64), "/artifact/../../x"} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		digest, ok := parsePath(path)
		require.Equal(t, ok, ok && Path(digest) == path, "there is one way to write a digest")
	})
}

// Whatever a file says, it is refused or it can be run.
func FuzzMeasure(f *testing.F) {
	shape := nn.Config{Dim: 4, Layers: 1, Heads: 1, Hidden: 2, Context: 8}
	m, err := nn.New(shape, 1)
	require.NoError(f, err)
	ngram, err := mix.NewNGram(mix.NGramConfig{Order: 2})
	require.NoError(f, err)
	ngram.Train([]byte("the cat and the hat"))
	counts, err := ngram.Fit(1 << 10)
	require.NoError(f, err)
	for _, file := range [][]byte{nil, tlmOf(f, shape), gguf.Marshal(m, "x"), counts} {
		f.Add(file)
	}
	shard := []fresh.Passage{{Text: []byte("that hat"), New: []fresh.Span{{Begin: 1, End: 8}}}}
	f.Fuzz(func(t *testing.T, artifact []byte) {
		bits, err := measure(context.Background(), artifact, shard)
		require.NotContains(t, errorText(err), "broke down")
		for _, b := range bits {
			require.False(t, b != b || b < 0 || b > 1e6, "%v bits", b)
		}
	})
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func FuzzRecall(f *testing.F) {
	raw, _, err := memory{Records: []record{{Owner: address("a"), Height: 3, Bits: 2, Idle: 1, Root: true}}, Spent: []account{{"c", leastWork}}}.write()
	require.NoError(f, err)
	for _, seed := range [][]byte{nil, {}, []byte("{}"), []byte("null"), raw, append(raw, '{'), []byte(strings.Replace(string(raw), `"bits":2`, `"bits":-2`, 1))} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := recall(raw)
		if err != nil {
			return
		}
		again, keep, err := m.write()
		require.NoError(t, err)
		require.Len(t, keep, len(m.Records))
		back, err := recall(again)
		require.NoError(t, err)
		require.ElementsMatch(t, m.Records, back.Records)
		require.Equal(t, m.Spent, back.Spent)
	})
}

func TestMemory(t *testing.T) {
	var many []record
	for i := range 2 * maxRecords {
		many = append(many, record{Digest: digest{byte(i)}, Owner: address("a"), Coldkey: "c", Height: int64(i), Bits: float64(100 - i)})
	}
	many[5].Bits, many[5].Idle = 0, 1
	var spent []account
	for i := range maxAccounts {
		spent = append(spent, account{fmt.Sprintf("%0128d", i), 17 * usualWork})
	}
	raw, keep, err := memory{Records: many, Spent: spent}.write()
	require.NoError(t, err)
	require.Less(t, len(raw), maxMemory)
	require.Len(t, keep, maxRecords)
	m, err := recall(raw)
	require.NoError(t, err)
	require.Equal(t, many[len(many)-1], m.Records[0], "the best come first")
	require.NotContains(t, m.Records, many[5], "and before them those who were let in most lately")
	require.Equal(t, spent, m.Spent)
	for _, bad := range []string{
		`{}`, `{"version":2,"records":[]}x`, `{"version":1,"records":[]}`, `{"version":2,"records":[],"more":1}`, `[]`, ``,
		`{"version":2,"spent":[{"holder":"c","work":70000},{"holder":"c","work":70000}]}`, `{"version":2,"spent":[{"holder":"c","work":1}]}`,
		`{"version":2,"spent":[{"holder":"c","work":999999999999}]}`, `{"version":2,"spent":[{"holder":"` + strings.Repeat("c", maxColdkey+1) + `","work":70000}]}`,
		`{"version":2,"spent":[` + strings.TrimSuffix(strings.Repeat(`{},`, maxAccounts+1), ",") + `]}`,
		strings.Replace(string(raw), `"idle":0`, `"idle":-1`, 1),
		strings.Replace(string(raw), `"owner":"tao1`, `"owner":"tao2`, 1),
		strings.Replace(string(raw), `"digest":"`, `"digest":"00`, 1),
		strings.Replace(string(raw), `"height":31`, `"height":-1`, 1),
		`{"version":2,"records":[` + strings.TrimSuffix(strings.Repeat(`{},`, maxRecords+1), ",") + `]}`,
		`"` + strings.Repeat("x", maxMemory) + `"`,
	} {
		_, err := recall([]byte(bad))
		require.ErrorIs(t, err, errMemory, bad)
	}
}
