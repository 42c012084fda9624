package validator_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/evidence"
	"github.com/dendra-net/dendra/neuron"
)

// drawing makes an examiner of what it does with Own, which pays the first miner when that works.
func drawing(own func(x neuron.Exam) error) guild {
	return guild{examine: func(_ context.Context, x neuron.Exam) (neuron.Findings, error) {
		if err := own(x); err != nil {
			return neuron.Findings{}, err
		}
		return neuron.Findings{Marks: map[neuron.Address]neuron.Mark{x.Miners[0].Hotkey: {Share: 1, N: 1}}}, nil
	}}
}

func gives(content []byte, err error) func() ([]byte, error) {
	return func() ([]byte, error) { return content, err }
}

// What an exam draws of its validator's own is part of the evidence, and shown with it.
func TestOwnIsKeptWithTheEvidence(t *testing.T) {
	large := bytes.Repeat([]byte("nobody else has this "), 1<<20/21)
	for name, content := range map[string][]byte{"small": []byte("a"), "large": large} {
		t.Run(name, func(t *testing.T) {
			m := newMarket(t, neuron.Subnet{CommitReveal: true})
			m.miner("only", strong(1, 1))
			g := drawing(func(x neuron.Exam) error {
				got, err := x.Own(gives(content, nil))
				require.Equal(t, content, got)
				return err
			})
			server := &evidence.Server{Dir: m.dir}
			require.NoError(t, m.examine(g, func() bool { return m.epoch() >= 3 }, nil))
			shown := get(t, server, evidence.Path(netuid, 0))
			require.Equal(t, http.StatusOK, shown.Code, m.log)
			file, err := evidence.Decode(shown.Body.Bytes())
			require.NoError(t, err)
			kept, err := file.Exam.Own.Bytes(func(d evidence.Digest) ([]byte, error) {
				w := get(t, server, evidence.BlobPath(netuid, d))
				require.Equal(t, http.StatusOK, w.Code)
				return w.Body.Bytes(), nil
			})
			require.NoError(t, err)
			require.Equal(t, content, kept)
			shelf, err := os.ReadDir(filepath.Join(m.dir, "shelf", "1"))
			require.NoError(t, err)
			require.Len(t, shelf, len(file.Blobs()), "the same bytes lie there once, and nothing else")
		})
	}
}

// An exam that cannot have what it wants to draw fails; none gets it twice.
func TestOwnThatCannotBeKept(t *testing.T) {
	gone := errors.New("the folder is gone")
	for name, c := range map[string]struct {
		own  func(x neuron.Exam) error
		says string
	}{
		"drawing fails": {func(x neuron.Exam) error { _, err := x.Own(gives(nil, gone)); return err }, gone.Error()},
		"too much":      {func(x neuron.Exam) error { _, err := x.Own(gives(make([]byte, 1<<20+1), nil)); return err }, "1048577 bytes"},
		"nothing":       {func(x neuron.Exam) error { _, err := x.Own(gives(nil, nil)); return err }, "0 bytes of the validator's own"},
		"a panic":       {func(x neuron.Exam) error { _, err := x.Own(func() ([]byte, error) { panic("a bug") }); return err }, "a bug"},
		"twice": {func(x neuron.Exam) error {
			_, err := x.Own(gives([]byte("a"), nil))
			require.NoError(t, err)
			_, err = x.Own(func() ([]byte, error) { panic("drawn again") })
			return err
		}, "asked for the validator's own before"},
		"again after a failure": {func(x neuron.Exam) error {
			_, err := x.Own(gives(nil, gone))
			require.ErrorIs(t, err, gone)
			_, err = x.Own(gives([]byte("a"), nil))
			return err
		}, "asked for the validator's own before"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMarket(t, neuron.Subnet{})
			m.miner("only", strong(1, 1))
			require.NoError(t, m.examine(drawing(c.own), func() bool { return m.epoch() >= 2 }, nil))
			require.False(t, m.voted())
			require.Contains(t, m.log.String(), "the exam failed: no vote in this epoch")
			require.Contains(t, m.log.String(), c.says)
		})
	}
}

// An exam that says it has nothing of its own gets nothing, and its evidence has none.
func TestNothingOwn(t *testing.T) {
	m := newMarket(t, neuron.Subnet{})
	m.miner("only", strong(1, 1))
	var left neuron.Exam
	g := drawing(func(x neuron.Exam) error {
		left = x
		got, err := x.Own(nil)
		require.Nil(t, got)
		return err
	})
	require.NoError(t, m.examine(g, func() bool { return m.epoch() >= 2 }, nil))
	require.True(t, m.voted(), m.log)
	file, err := evidence.Decode(get(t, &evidence.Server{Dir: m.dir}, evidence.Path(netuid, 0)).Body.Bytes())
	require.NoError(t, err)
	require.True(t, file.Exam.Own.Empty())
	_, err = left.Own(gives([]byte("late"), nil))
	require.ErrorContains(t, err, "the exam is over")
}

// A disk without room costs the evidence, not the vote.
func TestOwnWithoutRoom(t *testing.T) {
	m := newMarket(t, neuron.Subnet{})
	only := m.miner("only", strong(1, 1))
	g := drawing(func(x neuron.Exam) error {
		require.NoError(t, os.RemoveAll(filepath.Join(m.dir, "shelf")))
		_, err := x.Own(gives(make([]byte, 9000), nil))
		return err
	})
	require.NoError(t, m.examine(g, m.voted, nil))
	require.Equal(t, map[uint16]uint16{only: 65535}, m.weights())
	require.Contains(t, m.log.String(), "the evidence of this epoch is not whole and not kept")
}
