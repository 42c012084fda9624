package audit_test

import (
	"context"
	"crypto/sha256"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/evidence"
	"github.com/dendra-net/dendra/evidence/audit"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/neuron/neurontest"
	"github.com/dendra-net/dendra/subnets/mixture"
	"github.com/dendra-net/dendra/subnets/pretrain"
	"github.com/dendra-net/dendra/validator"
)

// BenchmarkAudit is what it costs to fetch and compute again one validator's epoch, the third, of the miners that the
// local market has: its honest ones.
func BenchmarkAudit(b *testing.B) {
	b.Run("mixture", func(b *testing.B) {
		examiner, err := mixture.New(mixture.Options{BatchTime: time.Minute})
		require.NoError(b, err)
		m := play(b, 3, judgedBy(examiner), experts(b, "prose", "code", "reference", "dictionary", "transformer"))
		m.bench(b, func() neuron.Examiner { return examiner })
	})
	b.Run("pretrain", func(b *testing.B) {
		miners, files := trainers(b, "ngram5", "ngram3", "net-w", "net-s")
		m := play(b, 3, func(c *validator.Config) {
			judgedBy(&pretrain.Examiner{})(c)
			chain := c.Chain.(ticking).Chain
			chain.Advance(1)
			for name, file := range files {
				key := neurontest.Key(name)
				commitment := pretrain.Commitment(key.Address(), sha256.Sum256(file))
				require.NoError(b, chain.CommitData(b.Context(), key, netuid, commitment[:]))
			}
		}, miners)
		m.bench(b, func() neuron.Examiner { return &pretrain.Examiner{} }) // one that has seen nothing yet
	})
}

// bench audits the last epoch again and again. Every audit must be right.
func (m *market) bench(b *testing.B, fresh func() neuron.Examiner) {
	o := m.options(b, 2)
	paid := 0
	for _, mark := range m.file(b, 2).Exam.Marks {
		if mark.Share > 0 {
			paid++
		}
	}
	require.Greater(b, paid, 1, "there is something to compute")
	var fetched atomic.Int64
	o.Blob = func(ctx context.Context, d evidence.Digest) ([]byte, error) {
		content, err := m.fetch.Blob(ctx, d)
		fetched.Add(int64(len(content)))
		return content, err
	}
	for b.Loop() {
		o.Examiner = fresh()
		fetched.Store(0)
		packed, err := m.fetch.File(context.Background(), 2)
		require.NoError(b, err)
		report, err := audit.Run(context.Background(), packed, o)
		require.NoError(b, err)
		require.True(b, report.Right, asJSON(b, report))
		fetched.Add(int64(len(packed)))
	}
	b.ReportMetric(float64(fetched.Load())/1000, "kB-fetched")
}

func judgedBy(e neuron.Examiner) func(*validator.Config) {
	return func(c *validator.Config) { c.Examiner, c.Timeout, c.MaxReply = held{e}, 30*time.Second, 2<<20 }
}

// held lets no block pass during an exam.
type held struct{ neuron.Examiner }

func (h held) Examine(ctx context.Context, x neuron.Exam) (neuron.Findings, error) {
	factory.Add(1)
	defer factory.Add(-1)
	return h.Examiner.Examine(ctx, x)
}

func experts(b *testing.B, names ...string) map[string]http.HandlerFunc {
	miners := map[string]http.HandlerFunc{}
	for _, name := range names {
		e, ok := mixture.ExpertOf(name)
		require.True(b, ok)
		h, err := e.Build(name, mixture.Market{})
		require.NoError(b, err)
		miners[name] = h.ServeHTTP
	}
	return miners
}

// trainers hand out what they have at once, and never another file.
func trainers(b *testing.B, kinds ...string) (miners map[string]http.HandlerFunc, files map[string][]byte) {
	miners, files = map[string]http.HandlerFunc{}, map[string][]byte{}
	base, err := pretrain.Base()
	require.NoError(b, err)
	for _, kind := range kinds {
		trainer, ok := pretrain.NewTrainer(kind)
		require.True(b, ok)
		file, err := trainer.First(b.Context(), pretrain.Course{Base: base})
		require.NoError(b, err)
		files[kind] = file
		miners[kind] = func(w http.ResponseWriter, _ *http.Request) {
			w.Write(file) // an error here means that the caller left: nobody to tell
		}
	}
	return miners, files
}
