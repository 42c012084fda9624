package collective

import (
	"embed"
	"fmt"
	"math"
	"sync"

	"github.com/dendra-net/dendra/corpus"
	"github.com/dendra-net/dendra/mix"
	"github.com/dendra-net/dendra/nn"
	"github.com/dendra-net/dendra/nn/tlm"
)

//go:generate go run ./gen

//go:embed nets/*.tlm
var shipped embed.FS

// Experts are the models of the laboratory. Each kind of text has a specialist by counting; "all" counts over every
// kind; "late" and "twin" are nets that were trained alike from different seeds; "early" is an earlier state of "late",
// "tuned" a later one.
var countModels = []struct {
	name  string
	order int
	kinds []corpus.Kind
	bytes int // of each kind
	from  int // where in the text they begin
}{
	{"prose", 5, []corpus.Kind{corpus.Prose}, 400_000, 0},
	{"code", 5, []corpus.Kind{corpus.Code}, 400_000, 0},
	{"reference", 5, []corpus.Kind{corpus.Reference}, 400_000, 0},
	{"dictionary", 5, []corpus.Kind{corpus.Dictionary}, 400_000, 0},
	{"all", 4, corpus.Kinds(), 60_000, 400_000},
	{"weak", 3, corpus.Kinds(), 15_000, 500_000},
	{"base", 2, corpus.Kinds(), 50_000, 600_000},
}

var nets = []string{"early", "late", "twin", "tuned"}

// expert predicts the bytes of a passage, each from those before it in the passage.
type expert interface {
	// predict fills dists[k] with what comes at passage[at[k]].
	predict(passage []byte, at []int, dists []mix.Dist) error
}

type counter struct{ *mix.NGram }

func (c counter) predict(passage []byte, at []int, dists []mix.Dist) error {
	for k, i := range at {
		c.Predict(passage[:i], &dists[k])
	}
	return nil
}

type net struct{ *nn.Model }

func (n net) predict(passage []byte, at []int, dists []mix.Dist) error {
	s := n.Session()
	logits, err := s.Feed(nn.First)
	if err != nil {
		return err
	}
	for i, k := 0, 0; k < len(at); i++ {
		if i == at[k] {
			fromLogits(logits, &dists[k])
			k++
		}
		if logits, err = s.Feed(passage[i]); err != nil {
			return err
		}
	}
	return nil
}

// fromLogits makes probabilities of at least mix.Floor.
func fromLogits(logits []float32, d *mix.Dist) {
	top, sum := logits[0], 0.0
	for _, v := range logits {
		top = max(top, v)
	}
	var e [256]float64
	for b, v := range logits {
		e[b] = math.Exp(float64(v - top))
		sum += e[b]
	}
	for b := range d {
		d[b] = float32(mix.Floor + (1-256*mix.Floor)*e[b]/sum)
	}
}

// experts trains the count models and reads the nets, once in a process: 2 CPU-s.
var experts = sync.OnceValues(func() (map[string]expert, error) {
	all := map[string]expert{}
	for _, c := range countModels {
		m, err := mix.NewNGram(mix.NGramConfig{Order: c.order})
		if err != nil {
			return nil, err
		}
		for _, kind := range c.kinds {
			text, err := corpus.Text(kind, corpus.Training)
			if err != nil {
				return nil, err
			}
			m.Train(text[c.from : c.from+c.bytes])
		}
		all[c.name] = counter{m}
	}
	for _, name := range nets {
		m, err := readNet(name)
		if err != nil {
			return nil, fmt.Errorf("read net %s: %w", name, err)
		}
		all[name] = net{m}
	}
	return all, nil
})

func readNet(name string) (*nn.Model, error) {
	raw, err := shipped.ReadFile("nets/" + name + ".tlm")
	if err != nil {
		return nil, err
	}
	file, err := tlm.Parse(raw)
	if err != nil {
		return nil, err
	}
	return file.Model()
}
