package evidence_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/evidence"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/neuron/neurontest"
	"github.com/dendra-net/dendra/validator/scoring"
)

var validator = neurontest.Key("validator").Address()

// sample is the evidence of an exam of one miner.
func sample(epoch uint64) *evidence.File {
	miner := neurontest.Key("miner").Address()
	standing := scoring.Standing{Registration: scoring.Registration{Hotkey: miner}, Sum: 0.2, PruneSum: 0.05, Mass: 0.2, Epoch: epoch,
		Last: scoring.Measure{Mean: 1, StdErr: 0.01, N: 5, Facts: []neuron.Fact{{Name: "loss", Value: 2.5}}}}
	return &evidence.File{
		ChainID: "test-1", Netuid: 1, Epoch: epoch, Validator: validator, Kind: "jury", Begin: 20 * int64(epoch), End: 20*int64(epoch) + 20,
		Seats:     []evidence.Seat{{UID: 0, Hotkey: validator}, {UID: 1, Hotkey: miner, Serves: true}},
		Rule:      evidence.Rule{Alpha: 0.2, Linear: true, MinWeights: 1},
		Exchanges: []evidence.Exchange{{Miner: miner, Method: "POST", Path: "/x", Request: evidence.Body{Text: "ask"}, Status: 200, Answer: evidence.Body{Data: []byte{0xff}}}},
		Exam: &evidence.Exam{Opened: 20*int64(epoch) + 2, Candidates: []evidence.Candidate{{Neuron: neuron.Neuron{UID: 1, Hotkey: miner}}},
			Marks: []evidence.Mark{{Miner: miner, Share: 1, N: 5}}, Facts: []evidence.Fact{{Name: "collective", Value: 2.25, StdErr: 0.5}}},
		After: []scoring.Standing{standing}, Voting: true,
		Vote: neuron.Vote{UIDs: []uint16{1}, Generations: []uint32{0}, Weights: []uint16{65535}},
	}
}

func pack(t testing.TB, text []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

func unpack(t testing.TB, packed []byte) string {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	require.NoError(t, err)
	var b bytes.Buffer
	_, err = b.ReadFrom(r)
	require.NoError(t, err)
	return b.String()
}

func TestBytesAreStable(t *testing.T) {
	packed, err := evidence.Encode(sample(3))
	require.NoError(t, err)
	again, err := evidence.Encode(sample(3))
	require.NoError(t, err)
	require.Equal(t, packed, again)
	f, err := evidence.Decode(packed)
	require.NoError(t, err)
	require.Equal(t, sample(3).Exam, f.Exam)
	again, err = evidence.Encode(f)
	require.NoError(t, err)
	require.Equal(t, packed, again, "reading and writing changes nothing")
}

func TestDecodeRefuses(t *testing.T) {
	packed, err := evidence.Encode(sample(3))
	require.NoError(t, err)
	good := unpack(t, packed)
	change := func(old, now string) []byte {
		require.Contains(t, good, old)
		return pack(t, []byte(strings.Replace(good, old, now, 1)))
	}
	for name, c := range map[string]struct {
		packed []byte
		says   string
	}{
		"nothing":          {nil, "EOF"},
		"no gzip":          {[]byte("{}"), ""},
		"cut":              {packed[:len(packed)-9], "EOF"},
		"a bomb":           {pack(t, make([]byte, 70<<20)), "at most 67108864 are allowed"},
		"too large":        {make([]byte, evidence.MaxFileBytes+1), "packed"},
		"many objects":     {pack(t, []byte(`{"exchanges":[`+strings.Repeat("{},", 300_001)+`{}]}`)), "300001 objects"},
		"many elements":    {pack(t, []byte(`{"rounds":[{"miners":[`+strings.Repeat(`"",`, 9<<20)+`""]}]}`)), "elements"},
		"more after it":    {pack(t, []byte(good+"{}")), "2 bytes follow"},
		"unknown field":    {change(`"netuid"`, `"extra":1,"netuid"`), "extra"},
		"another format":   {change(`dendra evidence`, `something else`), "this program reads"},
		"a later version":  {change(`"version":1`, `"version":2`), "version 2"},
		"short digest":     {change(`"beacon":"00`, `"beacon":"0`), "64 lower-case"},
		"upper case":       {change(`"beacon":"00`, `"beacon":"AA`), "64 lower-case"},
		"uneven vote":      {change(`"UIDs":[1]`, `"UIDs":[1,2]`), "uneven"},
		"no epoch":         {change(`"end":80`, `"end":60`), "runs from 60 to 60"},
		"no exam":          {change(`"exam":{`, `"exam":null,"rounds":[],"exam":null,"x":{`), ""},
		"both kinds":       {change(`"exam":{`, `"rounds":[{"epoch":3,"secret":"`+strings.Repeat("0", 64)+`","index":0,"height":1,"serving":[],"sample":1,"miners":[],"shared":1,"own":0}],"exam":{`), "either rounds or an exam"},
		"no such round":    {change(`"round":0`, `"round":-1`), "of which there is none"},
		"two bodies":       {change(`"text":"ask"`, `"text":"ask","data":"AAAA"`), "text, data or a blob"},
		"a size of no use": {change(`"text":"ask"`, `"text":"ask","size":3`), "text, data or a blob"},
		"a long own text":  {change(`"opened":62`, `"opened":62,"own":{"text":"`+strings.Repeat("a", 5000)+`"}`), "the validator's own: "},
		"a long text":      {change(`"text":"ask"`, `"text":"`+strings.Repeat("a", 5000)+`"`), "4096"},
	} {
		_, err := evidence.Decode(c.packed)
		require.ErrorIs(t, err, evidence.ErrFile, name)
		require.ErrorContains(t, err, c.says, name)
	}
}

// Evidence from before there was a record of a validator's own text reads as evidence without any.
func TestOwnIsOptional(t *testing.T) {
	f := sample(3)
	packed, err := evidence.Encode(f)
	require.NoError(t, err)
	require.NotContains(t, unpack(t, packed), `"own"`+`:{`)
	read, err := evidence.Decode(packed)
	require.NoError(t, err)
	require.True(t, read.Exam.Own.Empty())
	require.Empty(t, read.Blobs())

	d := evidence.DigestOf([]byte("own"))
	f.Exam.Own = evidence.Body{Blob: &d, Size: 3}
	packed, err = evidence.Encode(f)
	require.NoError(t, err)
	read, err = evidence.Decode(packed)
	require.NoError(t, err)
	require.Equal(t, f.Exam.Own, read.Exam.Own)
	require.Equal(t, []evidence.Digest{d}, read.Blobs(), "it is served, and swept with the file")
}

func TestEvidenceThatIsTooLargeIsNotWritten(t *testing.T) {
	f := sample(1)
	for i := range 9000 {
		x := f.Exchanges[0]
		x.Answer = evidence.Body{Text: fmt.Sprintf("%d%s", i, strings.Repeat("\x01", 1400))}
		f.Exchanges = append(f.Exchanges, x)
	}
	_, err := evidence.Encode(f)
	require.ErrorIs(t, err, evidence.ErrFile)
}

func TestBodies(t *testing.T) {
	blobs := map[evidence.Digest][]byte{}
	find := func(d evidence.Digest) ([]byte, error) {
		if b, ok := blobs[d]; ok {
			return b, nil
		}
		return nil, evidence.ErrMissing
	}
	d := evidence.DigestOf([]byte("large"))
	large := evidence.Body{Blob: &d, Size: 5}
	_, err := large.Bytes(find)
	require.ErrorIs(t, err, evidence.ErrMissing)
	blobs[d] = []byte("other")
	_, err = large.Bytes(find)
	require.ErrorContains(t, err, "another digest")
	blobs[d] = []byte("large")
	content, err := large.Bytes(find)
	require.NoError(t, err)
	require.Equal(t, "large", string(content))
	empty, err := evidence.Body{}.Bytes(find)
	require.NoError(t, err)
	require.Empty(t, empty)
}

// Whatever comes in, Decode ends, and what it accepts can be written again.
func FuzzDecode(f *testing.F) {
	packed, err := evidence.Encode(sample(3))
	require.NoError(f, err)
	f.Add([]byte(unpack(f, packed)))
	f.Add([]byte(`{"format":"dendra evidence","version":1,"end":1,"rounds":[{"secret":"` + strings.Repeat("0", 64) + `"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := evidence.Decode(pack(t, text))
		if err != nil {
			require.ErrorIs(t, err, evidence.ErrFile)
			return
		}
		again, err := evidence.Encode(file)
		require.NoError(t, err)
		_, err = evidence.Decode(again)
		require.NoError(t, err)
	})
}
