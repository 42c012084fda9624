package audit_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/evidence/audit"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/neuron/neurontest"
	"github.com/dendra-net/dendra/nn"
	"github.com/dendra-net/dendra/nn/tlm"
	"github.com/dendra-net/dendra/subnets/kind"
	"github.com/dendra-net/dendra/subnets/pretrain"
	"github.com/dendra-net/dendra/validator"
)

// opening examines in the first epoch alone: later ones would cost a test their time.
type opening struct{ neuron.Examiner }

func (o opening) Examine(ctx context.Context, x neuron.Exam) (neuron.Findings, error) {
	if x.Epoch > 0 {
		return neuron.Findings{}, nil
	}
	return o.Examiner.Examine(ctx, x)
}

// An exam of a short epoch that could not measure everybody is found to be right by an auditor who was not told how long its
// epochs took, and who has chosen nothing that the validator chose.
func TestAnExamOfBoundedWorkAuditsRight(t *testing.T) {
	dear := nn.Config{Dim: 64, Layers: 20, Heads: 1, Hidden: 1, Context: nn.MaxContext} // four fill the work of twenty blocks
	miners, files := map[string]http.HandlerFunc{}, map[string][]byte{}
	for i := range uint64(5) {
		m, err := nn.New(dear, i)
		require.NoError(t, err)
		net, err := tlm.Quantize(m)
		require.NoError(t, err)
		file := net.Marshal()
		name := fmt.Sprint("net-", i)
		files[name] = file
		miners[name] = func(w http.ResponseWriter, _ *http.Request) {
			w.Write(file) // an error here means that the caller left: nobody to tell
		}
	}
	k, ok := kind.ByName(pretrain.Name)
	require.True(t, ok)
	own, err := k.Judge(kind.Rules{Epoch: 20 * time.Second})
	require.NoError(t, err)
	m := play(t, 1, func(c *validator.Config) {
		judgedBy(opening{own.Examiner})(c)
		chain := c.Chain.(ticking).Chain
		chain.Advance(1)
		for name, file := range files {
			key := neurontest.Key(name)
			commitment := pretrain.Commitment(key.Address(), sha256.Sum256(file))
			require.NoError(t, chain.CommitData(t.Context(), key, netuid, commitment[:]))
		}
	}, miners)
	unmeasured := 0
	for _, mark := range m.file(t, 0).Exam.Marks {
		if strings.Contains(mark.Reason, "work was spent") {
			unmeasured++
		}
	}
	require.Equal(t, 1, unmeasured)
	o := m.options(t, 0)
	auditors, err := k.Judge(kind.Rules{})
	require.NoError(t, err)
	o.Examiner = auditors.Examiner
	report, err := audit.Run(t.Context(), m.files[0], o)
	require.NoError(t, err)
	require.True(t, report.Right, asJSON(t, report))
	require.Positive(t, checkOf(t, report, "marks").Done)
}
