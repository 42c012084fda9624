package neurontest_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/neuron/neurontest"
)

func TestChainKnowsWhoCommittedFirst(t *testing.T) {
	c := newChain(neuron.Subnet{})
	m1, m2 := neurontest.Key("m1"), neurontest.Key("m2")
	require.NoError(t, c.CommitData(bg, m1, 1, []byte("model")))
	require.ErrorIs(t, c.CommitData(bg, m1, 1, []byte("again")), neurontest.ErrRateLimited)
	c.Advance(3)
	require.NoError(t, c.CommitData(bg, m2, 1, []byte("model")))
	c.Advance(1)
	require.NoError(t, c.CommitData(bg, m1, 1, []byte("better")))

	then, err := c.Committed(bg, 1, 3)
	require.NoError(t, err)
	require.Equal(t, []neuron.Committed{{Hotkey: m1.Address(), Data: []byte("model"), Height: 1, First: m1.Address(), FirstHeight: 1}}, then)
	now, err := c.Committed(bg, 1, 0)
	require.NoError(t, err)
	require.ElementsMatch(t, []neuron.Committed{
		{Hotkey: m1.Address(), Data: []byte("better"), Height: 5, First: m1.Address(), FirstHeight: 5},
		{Hotkey: m2.Address(), Data: []byte("model"), Height: 4, First: m1.Address(), FirstHeight: 1},
	}, now)
	require.Less(t, now[0].Hotkey, now[1].Hotkey)
	now[0].Data[0] = 'X'
	again, err := c.Committed(bg, 1, 0)
	require.NoError(t, err)
	require.NotEqual(t, now, again, "what is handed out is a copy")

	c.Replace(1, 1, neurontest.Key("thief").Address(), neuron.Neuron{})
	c.Advance(1)
	require.NoError(t, c.CommitData(bg, neurontest.Key("thief"), 1, []byte("better")))
	now, err = c.Committed(bg, 1, 0)
	require.NoError(t, err)
	require.Len(t, now, 2)
	for _, d := range now {
		require.Equal(t, m1.Address(), d.First, "it is gone, and known to have been first")
	}

	for _, data := range [][]byte{nil, make([]byte, 129)} {
		require.ErrorIs(t, c.CommitData(bg, m2, 1, data), neurontest.ErrBadData)
	}
	require.ErrorIs(t, c.CommitData(bg, neurontest.Key("x"), 1, []byte("a")), neurontest.ErrNotRegistered)
	_, err = c.Committed(bg, 9, 0)
	require.ErrorIs(t, err, neurontest.ErrNoSubnet)
	for _, height := range []int64{-1, 99} {
		_, err = c.Committed(bg, 1, height)
		require.ErrorIs(t, err, neurontest.ErrNoBlock)
	}
}

func TestChainBlockHashes(t *testing.T) {
	a, b := neurontest.NewChain("c-1"), neurontest.NewChain("c-2")
	_, err := a.BlockHash(bg, 2)
	require.ErrorIs(t, err, neurontest.ErrNoBlock)
	_, err = a.BlockHash(bg, 0)
	require.ErrorIs(t, err, neurontest.ErrNoBlock)
	a.Advance(1)
	one, err := a.BlockHash(bg, 1)
	require.NoError(t, err)
	two, err := a.BlockHash(bg, 2)
	require.NoError(t, err)
	other, err := b.BlockHash(bg, 1)
	require.NoError(t, err)
	again, err := neurontest.NewChain("c-1").BlockHash(bg, 1)
	require.NoError(t, err)
	require.Equal(t, one, again)
	require.NotEqual(t, one, two)
	require.NotEqual(t, one, other)
}

// evidence is of one epoch, with scores of both miners.
func evidence(epoch uint64) neuron.Evidence {
	return neuron.Evidence{
		Epoch: epoch, Digest: [32]byte{1}, URL: "http://127.0.0.1:9/evidence/1", UIDs: []uint16{1, 2}, Generations: []uint32{0, 0}, Pruning: []uint32{40_000, 0},
	}
}

func TestChainTakesEvidenceOfOpenVotes(t *testing.T) {
	c := newChain(neuron.Subnet{CommitReveal: true})
	require.ErrorIs(t, c.PublishEvidence(bg, val, 1, evidence(0)), neurontest.ErrVoteSealed)
	require.NoError(t, c.CommitWeights(bg, val, 1, hash(t, "c-1", val, vote(), 1)))
	c.AdvanceEpoch(1)
	require.ErrorIs(t, c.PublishEvidence(bg, val, 1, evidence(0)), neurontest.ErrVoteSealed, "others could copy the vote that the evidence tells")
	require.NoError(t, c.RevealWeights(bg, val, 1, vote(), [16]byte{1}))
	require.ErrorIs(t, c.PublishEvidence(bg, val, 1, evidence(1)), neurontest.ErrVoteSealed)
	boom := errors.New("boom")
	c.Fail("PublishEvidence", boom)
	require.ErrorIs(t, c.PublishEvidence(bg, val, 1, evidence(0)), boom)
	require.Empty(t, c.Evidence(1, val.Address()))
	require.NoError(t, c.PublishEvidence(bg, val, 1, evidence(0)))
	require.ErrorIs(t, c.PublishEvidence(bg, val, 1, evidence(0)), neurontest.ErrEvidenceTwice)
	require.Equal(t, []neuron.Evidence{evidence(0)}, c.Evidence(1, val.Address()))

	require.NoError(t, c.CommitWeights(bg, val, 1, hash(t, "c-1", val, vote(), 2)))
	c.AdvanceEpoch(1)
	require.NoError(t, c.RevealWeights(bg, val, 1, vote(), [16]byte{2}))
	for range 4 {
		c.AdvanceEpoch(1)
	}
	require.ErrorIs(t, c.PublishEvidence(bg, neurontest.Key("m1"), 1, evidence(1)), neurontest.ErrNoPermit)
	require.NoError(t, c.PublishEvidence(bg, val, 1, evidence(1)), "the last epoch for it")
	require.Len(t, c.Evidence(1, val.Address()), 2)
	c.Replace(1, 0, neurontest.Key("new").Address(), neuron.Neuron{})
	require.Empty(t, c.Evidence(1, val.Address()))
}

func TestChainRefusesBadEvidence(t *testing.T) {
	c := newChain(neuron.Subnet{})
	require.NoError(t, c.SetWeights(bg, val, 1, vote()))
	for name, spoil := range map[string]func(*neuron.Evidence){
		"no URL":      func(e *neuron.Evidence) { e.URL = "" },
		"a file":      func(e *neuron.Evidence) { e.URL = "file:///etc/passwd" },
		"a long URL":  func(e *neuron.Evidence) { e.URL = "http://a/" + strings.Repeat("a", 248) },
		"a query":     func(e *neuron.Evidence) { e.URL += "?a=1" },
		"lengths":     func(e *neuron.Evidence) { e.Pruning = e.Pruning[:1] },
		"order":       func(e *neuron.Evidence) { e.UIDs = []uint16{2, 1} },
		"twice":       func(e *neuron.Evidence) { e.UIDs = []uint16{1, 1} },
		"unknown uid": func(e *neuron.Evidence) { e.UIDs = []uint16{1, 3} },
	} {
		e := evidence(0)
		spoil(&e)
		require.ErrorIs(t, c.PublishEvidence(bg, val, 1, e), neurontest.ErrBadEvidence, name)
	}
	for range 5 {
		c.AdvanceEpoch(1)
	}
	require.ErrorIs(t, c.PublishEvidence(bg, val, 1, evidence(0)), neurontest.ErrEvidenceLate)
	require.NoError(t, c.SetWeights(bg, val, 1, vote()))
	bare := neuron.Evidence{Epoch: 5, URL: "https://a.example"}
	require.NoError(t, c.PublishEvidence(bg, val, 1, bare), "subnets without pruning scores name no neurons")
	require.Equal(t, []neuron.Evidence{bare}, c.Evidence(1, val.Address()))
}
