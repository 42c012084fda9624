package evidence_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/evidence"
	"github.com/dendra-net/dendra/neuron"
)

func open(t *testing.T, dir string) *evidence.Store {
	t.Helper()
	s, err := evidence.Open(dir, "test-1", 1, validator)
	require.NoError(t, err)
	return s
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func TestStoreKeepsTheNewest(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	for epoch := range uint64(12) {
		require.NoError(t, s.Save(sample(epoch)))
	}
	files := filepath.Join(dir, "evidence", "1")
	require.Len(t, names(t, files), 8+1, "and the index")
	require.NoFileExists(t, filepath.Join(files, "3.json.gz"))

	s = open(t, dir)
	require.NoError(t, s.Save(sample(12)))
	require.NoFileExists(t, filepath.Join(files, "4.json.gz"))
	require.NoError(t, s.Save(sample(11)), "an epoch that is measured again is written again, and what came after it is void")
	require.FileExists(t, filepath.Join(files, "11.json.gz"))
	require.NoFileExists(t, filepath.Join(files, "12.json.gz"))
}

// noise is content that does not pack.
func noise(n int, seed uint64) []byte {
	b := make([]byte, n)
	random := rand.New(rand.NewPCG(seed, 0))
	for i := range b {
		b[i] = byte(random.Uint32())
	}
	return b
}

func TestStoreIsBounded(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	shelf := filepath.Join(dir, "shelf", "1")
	for epoch := range uint64(4) {
		f := sample(epoch)
		for i := range 3 {
			body, err := s.Shelf().Body(noise(12<<20, 10*epoch+uint64(i)))
			require.NoError(t, err)
			x := f.Exchanges[0]
			x.Answer = body
			f.Exchanges = append(f.Exchanges, x)
		}
		require.NoError(t, s.Save(f))
		require.NoError(t, s.Sweep(nil))
	}
	require.Len(t, names(t, filepath.Join(dir, "evidence", "1")), 2+1, "36 MiB each: no third fits, the newest two always do")
	require.Len(t, names(t, shelf), 6)
	keep, err := s.Shelf().Put([]byte("for the next exam"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(shelf, ".leftover.tmp-1"), nil, 0o600))
	require.NoError(t, s.Sweep([]evidence.Digest{keep}))
	require.Len(t, names(t, shelf), 7)
}

func TestStoreRefuses(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	f := sample(0)
	d := evidence.DigestOf([]byte("nowhere"))
	f.Exchanges[0].Answer = evidence.Body{Blob: &d, Size: 7}
	require.ErrorContains(t, s.Save(f), "not on the shelf")
	require.NoError(t, s.Save(sample(0)))
	_, err := evidence.Open(dir, "test-2", 1, validator)
	require.ErrorIs(t, err, evidence.ErrStore)
	require.ErrorContains(t, err, "move it aside")
	index := filepath.Join(dir, "evidence", "1", "index.json")
	require.NoError(t, os.WriteFile(index, []byte("{"), 0o600))
	_, err = evidence.Open(dir, "test-1", 1, validator)
	require.ErrorIs(t, err, evidence.ErrStore)
}

func TestReleaseAndNote(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	for epoch := range uint64(3) {
		require.NoError(t, s.Save(sample(epoch)))
	}
	_, any := s.Unpublished("http://h")
	require.False(t, any, "nothing is released")
	require.NoError(t, s.Release(2))
	note, any := s.Unpublished("http://h")
	require.True(t, any)
	require.Equal(t, uint64(1), note.Epoch)
	require.Equal(t, "http://h/evidence/1/1.json.gz", note.URL)
	require.Equal(t, []uint16{1}, note.UIDs)
	require.Equal(t, []uint32{250_000}, note.Pruning)
	require.NoError(t, s.Published(1))
	s = open(t, dir)
	_, any = s.Unpublished("http://h")
	require.False(t, any, "it is remembered; what is older is not noted any more")

	silent := sample(3)
	silent.Voting, silent.Vote = false, neuron.Vote{}
	require.NoError(t, s.Save(silent))
	require.NoError(t, s.Release(4))
	note, any = s.Unpublished("http://h")
	require.True(t, any)
	require.Equal(t, uint64(2), note.Epoch, "without a vote there is nothing to note")

	c, err := evidence.ReadCurve(dir, 1)
	require.NoError(t, err)
	require.Len(t, c.Points, 4)
	require.Equal(t, evidence.Point{Epoch: 2, Miners: []evidence.MinerPoint{{Hotkey: sample(2).Seats[1].Hotkey, Share: 1, StdErr: 0.01,
		Facts: []evidence.Fact{{Name: "loss", Value: 2.5}}}}, Facts: []evidence.Fact{{Name: "collective", Value: 2.25, StdErr: 0.5}}}, c.Points[2])
}

func TestCurveIsBounded(t *testing.T) {
	dir := t.TempDir()
	curve := evidence.Curve{Netuid: 1}
	for epoch := range uint64(1000) {
		curve.Points = append(curve.Points, evidence.Point{Epoch: epoch, Miners: []evidence.MinerPoint{}})
	}
	text, err := json.Marshal(curve)
	require.NoError(t, err)
	s := open(t, dir)
	path := filepath.Join(dir, "evidence", "1", "curve.json")
	require.NoError(t, os.WriteFile(path, text, 0o600))
	require.NoError(t, s.Save(sample(1000)))
	require.NoError(t, s.Release(1001))
	c, err := evidence.ReadCurve(dir, 1)
	require.NoError(t, err)
	require.Len(t, c.Points, 1000)
	require.Equal(t, uint64(1), c.Points[0].Epoch)

	f := sample(1001)
	for range 90_000 {
		f.Exam.Facts = append(f.Exam.Facts, evidence.Fact{Name: strings.Repeat("x", 60), Value: 1})
	}
	require.NoError(t, s.Save(f))
	require.NoError(t, s.Release(1002))
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Less(t, info.Size(), int64(9<<20))
	require.NoError(t, os.WriteFile(path, []byte("["), 0o600))
	require.NoError(t, s.Save(sample(1002)))
	require.ErrorIs(t, s.Release(1003), evidence.ErrStore)
}

func TestShelfTrustsNoFile(t *testing.T) {
	dir := t.TempDir()
	shelf := open(t, dir).Shelf()
	content := []byte("an artifact")
	d, err := shelf.Put(content)
	require.NoError(t, err)
	got, ok := shelf.Get(d)
	require.True(t, ok)
	require.Equal(t, content, got)

	path := filepath.Join(dir, "shelf", "1", evidence.Digest(d).String())
	require.NoError(t, os.WriteFile(path, []byte("rotten"), 0o600))
	_, ok = shelf.Get(d)
	require.False(t, ok, "what has another digest is not returned")
	require.NoFileExists(t, path)
	_, err = shelf.Put(content)
	require.NoError(t, err)
	_, ok = shelf.Get(d)
	require.True(t, ok)

	_, ok = shelf.Get([32]byte{1})
	require.False(t, ok)
	_, err = shelf.Put(bytes.Repeat([]byte{1}, evidence.MaxBlobBytes+1))
	require.ErrorIs(t, err, evidence.ErrShelf)
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "shelf")))
	_, err = shelf.Put([]byte("no room"))
	require.ErrorIs(t, err, evidence.ErrShelf)
}
