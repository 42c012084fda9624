package audit_test

import (
	"context"
	"crypto/sha256"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/evidence"
	"github.com/dendra-net/dendra/evidence/audit"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/neuron/neurontest"
)

func TestHonestEvidenceIsRight(t *testing.T) {
	for kind, play := range map[string]func(*testing.T) *market{"task": taskMarket, "exam": examMarket} {
		t.Run(kind, func(t *testing.T) {
			m := play(t)
			for epoch := range m.files {
				o := m.options(t, epoch)
				vote := m.file(t, epoch).Vote
				o.Known.Vote = &vote
				report, err := audit.Run(context.Background(), m.files[epoch], o)
				require.NoError(t, err)
				require.True(t, report.Right, asJSON(t, report))
				require.Len(t, report.Miners, 4)
				for _, miner := range report.Miners {
					require.InDelta(t, miner.Stored, miner.Recomputed, 1e-12)
				}
				for _, c := range report.Checks {
					require.Positive(t, c.Done+len(c.Notes), c.Name)
				}
			}
			require.NotNil(t, m.options(t, 2).Known.Digest, "the last epoch is noted on the chain")
			require.NotNil(t, m.file(t, 0).Vote.Weights)
		})
	}
}

// tampering is a lie in the evidence, and the check that finds it.
type tampering struct {
	name  string
	lie   func(*evidence.File)
	found string
}

// refuted tells each lie in turn and wants it found.
func refuted(t *testing.T, m *market, lies []tampering) {
	for _, lie := range lies {
		t.Run(lie.name, func(t *testing.T) {
			f := m.file(t, 2)
			lie.lie(f)
			packed, err := evidence.Encode(f)
			require.NoError(t, err)
			o := m.options(t, 2)
			o.Known.Digest = nil // the liar notes the digest of the lie
			report, err := audit.Run(context.Background(), packed, o)
			require.NoError(t, err)
			require.False(t, report.Right, lie.name)
			i := slices.IndexFunc(report.Checks, func(c *audit.Check) bool { return c.Name == lie.found })
			require.GreaterOrEqual(t, i, 0, lie.found)
			require.Positive(t, report.Checks[i].Wrong, asJSON(t, report))
			require.NotEmpty(t, report.Checks[i].Notes)
		})
	}
}

// own returns the first exchange of the audited epoch that was answered rightly.
func own(f *evidence.File) *evidence.Exchange {
	i := slices.IndexFunc(f.Exchanges, func(x evidence.Exchange) bool {
		return x.Error == "" && x.Score > 0 && f.Rounds[x.Round].Epoch == f.Epoch
	})
	return &f.Exchanges[i]
}

func TestLiesAboutRoundsAreFound(t *testing.T) {
	m := taskMarket(t)
	other := neurontest.Key("somebody else")
	refuted(t, m, []tampering{
		{"another answer", func(f *evidence.File) { own(f).Answer.Text = "7" }, "signatures"},
		{"another score", func(f *evidence.File) { own(f).Score = 0 }, "grades"},
		{"a dropped exchange", func(f *evidence.File) {
			dropped := own(f).Proof
			i := slices.IndexFunc(f.Exchanges, func(x evidence.Exchange) bool { return x.Proof == dropped })
			f.Exchanges = slices.Delete(f.Exchanges, i, i+1)
		}, "coverage"},
		{"an exchange twice", func(f *evidence.File) { f.Exchanges = append(f.Exchanges, *own(f)) }, "questions"},
		{"another question", func(f *evidence.File) { own(f).Question = "made up" }, "questions"},
		{"an easier question", func(f *evidence.File) {
			x := own(f)
			i := slices.IndexFunc(f.Exchanges, func(y evidence.Exchange) bool {
				return y.Miner == x.Miner && y.Question != x.Question && y.Round == x.Round
			})
			x.Proof, x.Answer = f.Exchanges[i].Proof, f.Exchanges[i].Answer
		}, "questions"},
		{"a forged signature", func(f *evidence.File) {
			x := own(f)
			x.Answer.Text = "8"
			x.Proof.Response.Digest = neuron.Digest([]byte("8"))
		}, "signatures"},
		{"signed by another", func(f *evidence.File) {
			x := own(f)
			x.Proof.Response.Digest = neuron.Digest([]byte("8"))
			x.Answer.Text = "8"
			x.Proof.ResponseKey = evidence.Digest(other.Public()).String()
		}, "signatures"},
		{"an answer nobody signed", func(f *evidence.File) { own(f).Proof = nil }, "signatures"},
		{"an answer called a failure", func(f *evidence.File) { x := own(f); x.Error, x.Score, x.Answer = "timeout", 0, evidence.Body{} }, "signatures"},
		{"of another chain", func(f *evidence.File) { own(f).Proof.Request.ChainID = "other" }, "signatures"},
		{"another secret", func(f *evidence.File) {
			f.Secret = sha256.Sum256([]byte("x"))
			for i := range f.Rounds {
				if f.Rounds[i].Epoch == f.Epoch {
					f.Rounds[i].Secret = f.Secret
				}
			}
		}, "rounds"},
		{"a secret of the round's own", func(f *evidence.File) { f.Rounds[len(f.Rounds)-1].Secret = evidence.Digest{1} }, "rounds"},
		{"another sample", func(f *evidence.File) { r := &f.Rounds[len(f.Rounds)-1]; r.Miners = r.Miners[1:] }, "rounds"},
		{"a late round", func(f *evidence.File) { f.Rounds[len(f.Rounds)-1].Height = f.End }, "rounds"},
		{"no copies", func(f *evidence.File) { f.Originality[neurontest.Key("three").Address()] = 1 }, "originality"},
		{"a favour", func(f *evidence.File) { f.After[0].Voted /= 2 }, "standings"},
		{"another past", func(f *evidence.File) { f.Before[1].Sum += 0.1 }, "continuity"},
		{"a vote that does not follow", func(f *evidence.File) { f.Vote.Weights[0] /= 2 }, "vote"},
		{"a vote withheld", func(f *evidence.File) { f.Voting, f.Vote = false, neuron.Vote{} }, "vote"},
		{"a slot left out", func(f *evidence.File) { f.Seats = f.Seats[:len(f.Seats)-1] }, "slots"},
		{"other bounds", func(f *evidence.File) { f.Begin-- }, "slots"},
		{"another minimum", func(f *evidence.File) { f.Rule.MinWeights = 7 }, "slots"},
		{"of another epoch", func(f *evidence.File) { f.Epoch = 1 }, "identity"},
		{"too much to draw", func(f *evidence.File) {
			for i := range f.Rounds {
				f.Rounds[i].Shared, f.Rounds[i].Own = 4096, 4096
				for len(f.Rounds[i].Miners) < 40 {
					f.Rounds[i].Miners, f.Rounds[i].Serving = append(f.Rounds[i].Miners, ""), append([]neuron.Address{""}, f.Rounds[i].Serving...)
				}
			}
		}, "rounds"},
	})
	t.Run("another vote on the chain", func(t *testing.T) {
		o := m.options(t, 2)
		vote := m.file(t, 2).Vote
		vote.Weights = slices.Clone(vote.Weights)
		vote.Weights[0]--
		o.Known.Vote = &vote
		report, err := audit.Run(context.Background(), m.files[2], o)
		require.NoError(t, err)
		require.False(t, report.Right)
	})
	t.Run("another file than noted", func(t *testing.T) {
		o := m.options(t, 2)
		o.Known.Digest = &evidence.Digest{1}
		report, err := audit.Run(context.Background(), m.files[2], o)
		require.NoError(t, err)
		require.False(t, report.Right)
	})
}

func TestLiesAboutExamsAreFound(t *testing.T) {
	m := examMarket(t)
	of := func(f *evidence.File, name string) *evidence.Exchange {
		i := slices.IndexFunc(f.Exchanges, func(x evidence.Exchange) bool { return x.Miner == neurontest.Key(name).Address() })
		return &f.Exchanges[i]
	}
	refuted(t, m, []tampering{
		{"another answer", func(f *evidence.File) { of(f, "two").Answer = evidence.Body{Text: "much more"} }, "signatures"},
		{"another blob", func(f *evidence.File) { of(f, "one").Answer.Blob = &evidence.Digest{1} }, "signatures"},
		{"another share", func(f *evidence.File) { f.Exam.Marks[0].Share += 1e-5 }, "marks"},
		{"another pruning score", func(f *evidence.File) { f.Exam.Marks[0].Pruning += 1e-5 }, "marks"},
		{"a mark left out", func(f *evidence.File) { f.Exam.Marks = f.Exam.Marks[1:] }, "marks"},
		{"a dropped exchange", func(f *evidence.File) { f.Exchanges = f.Exchanges[1:] }, "requests"},
		{"an exchange too many", func(f *evidence.File) {
			x := *of(f, "gone")
			x.Path = "/other"
			f.Exchanges = append(f.Exchanges, x)
		}, "requests"},
		{"an exchange twice", func(f *evidence.File) { f.Exchanges = append(f.Exchanges, *of(f, "gone")) }, "requests"},
		{"another request", func(f *evidence.File) { of(f, "two").Proof.Request.Digest = neuron.Digest(nil) }, "requests"},
		{"a forged refusal", func(f *evidence.File) { of(f, "three").Status, of(f, "three").Proof.Response.Status = 500, 500 }, "signatures"},
		{"another secret", func(f *evidence.File) { f.Secret = evidence.Digest{9} }, "requests"},
		{"another opening", func(f *evidence.File) { f.Exam.Opened++ }, "opening"},
		{"another beacon", func(f *evidence.File) { f.Exam.Beacon = evidence.Digest{1} }, "opening"},
		{"another memory", func(f *evidence.File) { f.Exam.Memory = evidence.Body{} }, "continuity"},
		{"a longer memory", func(f *evidence.File) { f.Exam.NewMemory = evidence.Body{Text: "poison"} }, "memory"},
		{"another rule", func(f *evidence.File) { f.Rule.Linear = false }, "vote"},
		{"an empty shelf", func(f *evidence.File) { f.Exam.Reads = nil }, "requests"},
		{"another commitment", func(f *evidence.File) { f.Exam.Candidates[0].Committed.Data = []byte("x") }, "commitments"},
		{"a vote that does not follow", func(f *evidence.File) { f.Vote.Weights[0] -= 9 }, "vote"},
	})
	t.Run("a damaged memory", func(t *testing.T) { // not a lie, and said
		f := m.file(t, 2)
		f.Exam.Memory = evidence.Body{Text: "damaged"}
		packed, err := evidence.Encode(f)
		require.NoError(t, err)
		report, err := audit.Run(context.Background(), packed, m.options(t, 2))
		require.NoError(t, err)
		require.Contains(t, checkOf(t, report, "memory").Notes[0], "could not be used: digests have 32 bytes")
		require.Positive(t, checkOf(t, report, "continuity").Wrong)
	})
	t.Run("another examiner", func(t *testing.T) {
		o := m.options(t, 2)
		o.Examiner = jury{bias: 1}
		report, err := audit.Run(context.Background(), m.files[2], o)
		require.NoError(t, err)
		require.False(t, report.Right)
	})
	t.Run("one that panics", func(t *testing.T) {
		o := m.options(t, 2)
		o.Examiner = panicking{}
		report, err := audit.Run(context.Background(), m.files[2], o)
		require.NoError(t, err)
		require.False(t, report.Right)
	})
	t.Run("another kind", func(t *testing.T) {
		o := m.options(t, 2)
		o.Task, o.Examiner = cubes{}, nil
		_, err := audit.Run(context.Background(), m.files[2], o)
		require.ErrorIs(t, err, audit.ErrKind)
	})
	t.Run("no time", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(context.Background(), -time.Second)
		defer cancel()
		_, err := audit.Run(ctx, m.files[2], m.options(t, 2))
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

type panicking struct{ jury }

func (panicking) Examine(context.Context, neuron.Exam) (neuron.Findings, error) { panic("a bug") }
