package weights_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/subnet"
	"github.com/dendra-net/dendra/x/weights"
)

func goodEvidence() weights.MsgPublishEvidence {
	return weights.MsgPublishEvidence{
		Digest: make([]byte, 32), Url: "https://val.example.org/evidence/7", Uids: []uint32{1, 3}, Generations: []uint32{0, 9}, PruningUbits: []uint32{math.MaxUint32, 0},
	}
}

// R-WEIGHTS-15
func TestEvidenceIsWellFormed(t *testing.T) {
	good := goodEvidence()
	require.NoError(t, good.Check(4))
	bare := weights.MsgPublishEvidence{Digest: good.Digest, Url: "http://[::1]:80"}
	require.NoError(t, bare.Check(0), "subnets without pruning scores name no neurons")
	for _, c := range []struct {
		name  string
		spoil func(*weights.MsgPublishEvidence)
		want  error
	}{
		{"no digest", func(m *weights.MsgPublishEvidence) { m.Digest = nil }, weights.ErrBadEvidence},
		{"long digest", func(m *weights.MsgPublishEvidence) { m.Digest = make([]byte, 1<<20) }, weights.ErrBadEvidence},
		{"no URL", func(m *weights.MsgPublishEvidence) { m.Url = "" }, weights.ErrBadEvidence},
		{"long URL", func(m *weights.MsgPublishEvidence) { m.Url = "http://a/" + strings.Repeat("a", 248) }, weights.ErrBadEvidence},
		{"a script", func(m *weights.MsgPublishEvidence) { m.Url = "javascript:alert(1)" }, weights.ErrBadEvidence},
		{"a query", func(m *weights.MsgPublishEvidence) { m.Url = "http://a/?b" }, weights.ErrBadEvidence},
		{"fewer scores", func(m *weights.MsgPublishEvidence) { m.PruningUbits = m.PruningUbits[:1] }, weights.ErrUnequalLengths},
		{"more generations", func(m *weights.MsgPublishEvidence) { m.Generations = make([]uint32, 3) }, weights.ErrUnequalLengths},
		{"one twice", func(m *weights.MsgPublishEvidence) { m.Uids = []uint32{1, 1} }, weights.ErrUnsortedUIDs},
		{"falling", func(m *weights.MsgPublishEvidence) { m.Uids = []uint32{3, 1} }, weights.ErrUnsortedUIDs},
		{"nobody's uid", func(m *weights.MsgPublishEvidence) { m.Uids = []uint32{1, 4} }, weights.ErrBadUID},
		{"a huge uid", func(m *weights.MsgPublishEvidence) { m.Uids = []uint32{1, math.MaxUint32} }, weights.ErrBadUID},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := goodEvidence()
			c.spoil(&m)
			err := m.Check(4)
			require.ErrorIs(t, err, c.want)
			require.Less(t, len(err.Error()), 700)
		})
	}
}

// R-WEIGHTS-15
func TestEvidenceHasItsTime(t *testing.T) {
	sealed, open := subnet.Hyperparameters{CommitReveal: true, RevealEpochs: 2}, subnet.Hyperparameters{RevealEpochs: 2}
	at := func(e uint64) *uint64 { return &e }
	for _, c := range []struct {
		name       string
		epoch, now uint64
		vote, last *uint64
		rules      subnet.Hyperparameters
		want       error
	}{
		{"when the vote is revealed", 8, 10, at(8), nil, sealed, nil},
		{"with the vote in the open", 10, 10, at(10), at(9), open, nil},
		{"never voted", 8, 10, nil, nil, sealed, weights.ErrVoteSealed},
		{"before the vote is revealed", 9, 10, at(8), nil, sealed, weights.ErrVoteSealed},
		{"of the future", math.MaxUint64, 10, at(8), nil, sealed, weights.ErrVoteSealed},
		{"an epoch whose vote was skipped", 7, 10, at(8), nil, sealed, nil},
		{"the last time", 8, 14, at(9), nil, sealed, nil},
		{"too late", 8, 15, at(9), nil, sealed, weights.ErrEvidenceLate},
		{"the last time in the open", 8, 12, at(9), nil, open, nil},
		{"too late in the open", 8, 13, at(9), nil, open, weights.ErrEvidenceLate},
		{"the first epoch", 0, 3, at(0), nil, open, nil},
		{"twice", 8, 10, at(8), at(8), sealed, weights.ErrEvidenceTwice},
		{"backwards", 7, 10, at(8), at(8), sealed, weights.ErrEvidenceTwice},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.ErrorIs(t, weights.CheckEvidenceEpoch(c.epoch, c.now, c.vote, c.last, c.rules), c.want)
		})
	}
}

// jury is three validators (uids 0 to 2) that judge two miners (uids 3 and 4) in epoch 10.
func jury(voiceRao ...uint64) weights.Jury {
	j := weights.Jury{Subnet: subnet.Subnet{Hyperparameters: subnet.Hyperparameters{CommitReveal: true, RevealEpochs: 1}}, Epoch: 10, VoiceRao: append(voiceRao, 0, 0)}
	for uid := range uint32(5) {
		j.Neurons = append(j.Neurons, neuron.Neuron{Uid: uid, Generation: 7})
	}
	return j
}

func (says saying) by(uid uint32, epoch uint64) weights.Evidence {
	return weights.Evidence{Uid: uid, Generation: 7, Epoch: epoch, Uids: []uint32{3, 4}, Generations: []uint32{7, 7}, PruningUbits: says[:]}
}

type saying [2]uint32

// R-WEIGHTS-16
func TestPruningScoresAreTheMajoritys(t *testing.T) {
	for _, c := range []struct {
		name  string
		voice []uint64
		said  []weights.Evidence
		want  saying
	}{
		{"nobody said anything", []uint64{1, 1, 1}, nil, saying{}},
		{"nobody has a voice", []uint64{0, 0, 0}, []weights.Evidence{saying{5, 6}.by(0, 9)}, saying{}},
		{"all agree", []uint64{1, 1, 1}, []weights.Evidence{saying{5, 6}.by(0, 9), saying{5, 6}.by(1, 9), saying{5, 6}.by(2, 9)}, saying{5, 6}},
		{"the middle of three", []uint64{1, 1, 1}, []weights.Evidence{saying{9, 1}.by(2, 9), saying{1, 5}.by(0, 9), saying{5, 9}.by(1, 9)}, saying{5, 5}},
		{"by stake", []uint64{5, 2, 2}, []weights.Evidence{saying{3, 8}.by(0, 9), saying{9, 1}.by(1, 9), saying{9, 1}.by(2, 9)}, saying{3, 8}},
		{"half is no majority", []uint64{4, 2, 2}, []weights.Evidence{saying{9, 8}.by(0, 9), saying{3, 1}.by(1, 9), saying{2, 0}.by(2, 9)}, saying{3, 1}},
		{"silence says 0", []uint64{1, 1, 1}, []weights.Evidence{saying{5, 6}.by(0, 9)}, saying{}},
		{"two of three", []uint64{1, 1, 1}, []weights.Evidence{saying{5, 6}.by(0, 9), saying{4, 7}.by(1, 9)}, saying{4, 6}},
		{"as old as counts", []uint64{1, 0, 0}, []weights.Evidence{saying{5, 6}.by(0, 5)}, saying{5, 6}},
		{"too old", []uint64{1, 0, 0}, []weights.Evidence{saying{5, 6}.by(0, 4)}, saying{}},
		{"of a former validator", []uint64{1, 0, 0}, []weights.Evidence{{Generation: 6, Epoch: 9, Uids: []uint32{3}, Generations: []uint32{7}, PruningUbits: []uint32{5}}}, saying{}},
		{"about a former miner", []uint64{1, 0, 0}, []weights.Evidence{{Generation: 7, Epoch: 9, Uids: []uint32{3, 4}, Generations: []uint32{6, 7}, PruningUbits: []uint32{5, 6}}}, saying{0, 6}},
		{"by and about nobody", []uint64{1, 0, 0}, []weights.Evidence{{Uid: 99, Epoch: 9}, {Generation: 7, Epoch: 9, Uids: []uint32{99}, Generations: []uint32{7}, PruningUbits: []uint32{5}}}, saying{}},
		{"all the stake there can be", []uint64{7 * subnet.MaxRao / 21, 7 * subnet.MaxRao / 21, 7 * subnet.MaxRao / 21}, []weights.Evidence{saying{5, 6}.by(0, 9), saying{5, 6}.by(1, 9)}, saying{5, 6}},
	} {
		t.Run(c.name, func(t *testing.T) {
			j := jury(c.voice...)
			j.Evidence = c.said
			require.Equal(t, append(make([]uint32, 3), c.want[:]...), j.PruningUbits())
		})
	}
}

// R-WEIGHTS-16: a score has a majority behind it, and no higher one has.
func TestPruningScoresHaveAMajority(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		voices := rapid.SliceOfN(rapid.Uint64Range(0, 5), 3, 3).Draw(t, "voices")
		j, total := jury(voices...), uint64(0)
		said := map[uint32]uint32{}
		for uid, rao := range voices {
			total += rao
			if rapid.Bool().Draw(t, "speaks") {
				said[uint32(uid)] = rapid.Uint32Range(0, 6).Draw(t, "score")
				j.Evidence = append(j.Evidence, saying{said[uint32(uid)], 0}.by(uint32(uid), 9))
			}
		}
		behind := func(score uint32) (rao uint64) {
			for uid, v := range voices {
				if said[uint32(uid)] >= score {
					rao += v
				}
			}
			return rao
		}
		got := j.PruningUbits()[3]
		require.True(t, got == 0 || 2*behind(got) > total)
		require.LessOrEqual(t, 2*behind(got+1), total)
	})
}
