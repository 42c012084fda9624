package collective

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"strings"
	"sync"

	"github.com/dendra-net/dendra/corpus"
	"github.com/dendra-net/dendra/mix"
	"github.com/dendra-net/dendra/nn"
	"github.com/dendra-net/dendra/nn/tlm"
)

//go:generate go run ./gen

//go:embed nets/*.tlm
var shipped embed.FS

// stretch is a part of a kind's training text.
type stretch struct {
	kind     corpus.Kind
	from, to int
}

func each(from, to int) []stretch {
	var list []stretch
	for _, kind := range corpus.Kinds() {
		list = append(list, stretch{kind, from, to})
	}
	return list
}

// Experts are the models of the laboratory. Each kind of text has a specialist by counting; "all" counts over every
// kind; "young" ones are earlier states of others, those with a plus are copies that learnt so much more than their
// victim in percent, which for "all" is of prose alone. "late" and "twin" are nets that were trained alike from different
// seeds; "early" is an earlier state of "late"; a net with a plus is a copy tuned on text its victim never saw.
var countModels = []struct {
	name  string
	order int
	texts []stretch
}{
	{"prose", 5, []stretch{{corpus.Prose, 0, 400_000}}},
	{"code", 5, []stretch{{corpus.Code, 0, 400_000}}},
	{"reference", 5, []stretch{{corpus.Reference, 0, 400_000}}},
	{"dictionary", 5, []stretch{{corpus.Dictionary, 0, 400_000}}},
	{"all", 4, each(400_000, 460_000)},
	{"young code", 5, []stretch{{corpus.Code, 0, 50_000}}},
	{"young all", 4, each(400_000, 410_000)},
	{"code+10", 5, []stretch{{corpus.Code, 0, 440_000}}},
	{"code+25", 5, []stretch{{corpus.Code, 0, 500_000}}},
	{"code+50", 5, []stretch{{corpus.Code, 0, 600_000}}},
	{"code+100", 5, []stretch{{corpus.Code, 0, 800_000}}},
	{"all+10", 4, append(each(400_000, 460_000), stretch{corpus.Prose, 460_000, 484_000})},
	{"all+25", 4, append(each(400_000, 460_000), stretch{corpus.Prose, 460_000, 520_000})},
	{"all+50", 4, append(each(400_000, 460_000), stretch{corpus.Prose, 460_000, 580_000})},
	{"all+100", 4, append(each(400_000, 460_000), stretch{corpus.Prose, 460_000, 700_000})},
	{"weak", 3, each(500_000, 515_000)},
	{"base", 2, each(600_000, 650_000)},
}

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

// counters trains the count models, once in a process: 2 CPU-s.
var counters = sync.OnceValues(func() (map[string]expert, error) {
	all := map[string]expert{}
	for _, c := range countModels {
		m, err := mix.NewNGram(mix.NGramConfig{Order: c.order})
		if err != nil {
			return nil, err
		}
		for _, s := range c.texts {
			text, err := corpus.Text(s.kind, corpus.Training)
			if err != nil {
				return nil, err
			}
			m.Train(text[s.from:s.to])
		}
		all[c.name] = counter{m}
	}
	return all, nil
})

// experts are the count models, the shipped nets, and those of a folder unless that is empty.
func experts(dir string) (map[string]expert, error) {
	counts, err := counters()
	if err != nil {
		return nil, err
	}
	all := maps.Clone(counts)
	folder, err := fs.Sub(shipped, "nets")
	if err != nil {
		return nil, err
	}
	if err := readNets(folder, all); err != nil || dir == "" {
		return all, err
	}
	return all, readNets(os.DirFS(dir), all)
}

// readNets adds every net of a folder under its file's name.
func readNets(folder fs.FS, all map[string]expert) error {
	files, err := fs.ReadDir(folder, ".")
	if err != nil {
		return fmt.Errorf("read nets: %w", err)
	}
	for _, file := range files {
		path := file.Name()
		if !strings.HasSuffix(path, ".tlm") {
			continue
		}
		raw, err := fs.ReadFile(folder, path)
		if err != nil {
			return err
		}
		parsed, err := tlm.Parse(raw)
		if err != nil {
			return fmt.Errorf("read net %s: %w", path, err)
		}
		m, err := parsed.Model()
		if err != nil {
			return fmt.Errorf("read net %s: %w", path, err)
		}
		all[strings.TrimSuffix(path, ".tlm")] = net{m}
	}
	return nil
}
