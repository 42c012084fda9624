package mixture

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"

	"github.com/dendra-net/dendra/corpus/fresh"
	"github.com/dendra-net/dendra/mix"
	"github.com/dendra-net/dendra/neuron"
)

// position is a byte to predict. Every position is of a passage of its own, so that none tells anything of another.
type position struct {
	prefix  []byte
	truth   byte
	passage int
}

// tail is how many bytes a passage has beyond a prefix, to find a new byte among.
const tail = 96

// draw makes the positions of an exam, in the order they are asked.
func (e *Examiner) draw(x neuron.Exam) ([]position, error) {
	seed := seedOf(x)
	want := e.options.Positions
	passages, err := e.passages(x, seed)
	if err != nil {
		return nil, fmt.Errorf("draw text: %w", err)
	}
	dice := rand.New(rand.NewChaCha8(sha256.Sum256(append([]byte("places\n"), seed[:]...))))
	var paper []position
	for _, p := range passages {
		if at, ok := place(p, e.options.PrefixBytes, dice); ok && len(paper) < want {
			paper = append(paper, position{p.Text[at-e.options.PrefixBytes : at], p.Text[at], len(paper)})
		}
	}
	if len(paper) < want {
		return nil, fmt.Errorf("draw text: %d of %d passages have new bytes after %d others, want %d", len(paper), len(passages), e.options.PrefixBytes, want)
	}
	dice.Shuffle(len(paper), func(i, j int) { paper[i], paper[j] = paper[j], paper[i] })
	return paper, nil
}

// passages are the validator's own text when it has any, or had any when the exam that is audited was held.
func (e *Examiner) passages(x neuron.Exam, seed [32]byte) ([]fresh.Passage, error) {
	want := e.options.Positions
	n, size := min(want+want/8+8, fresh.MaxPassages), e.options.PrefixBytes+tail
	own, err := fresh.DrawOwn(x.Own, e.options.Source, seed, n, size)
	if err != nil || own != nil {
		return own, err
	}
	return e.shipped.Draw(seed, n, size)
}

// seedOf binds an exam to its validator's secret and to a block that nobody knew before.
func seedOf(x neuron.Exam) [32]byte {
	h := sha256.New()
	fmt.Fprintf(h, "dendra mixture exam 1\n%q\n%d\n%d\n%q\n", x.ChainID, x.Netuid, x.Epoch, x.Validator)
	h.Write(x.Seed[:])
	h.Write(x.Beacon[:])
	_ = binary.Write(h, binary.BigEndian, x.Opened) // a hash takes everything
	return [32]byte(h.Sum(nil))
}

// place draws a new byte of a passage that has enough before it.
func place(p fresh.Passage, before int, dice *rand.Rand) (at int, ok bool) {
	n := 0
	for _, s := range p.New {
		n += max(0, s.End-max(s.Begin, before))
	}
	if n == 0 {
		return 0, false
	}
	k := dice.IntN(n)
	for _, s := range p.New {
		begin := max(s.Begin, before)
		if left := s.End - begin; left > 0 {
			if k < left {
				return begin + k, true
			}
			k -= left
		}
	}
	return 0, false
}

// sheet is what a miner gave the bytes that came.
type sheet struct {
	gave     []float64 // by position; uniform where it did not answer
	said     [][]byte  // by request: the levels of all its distributions, nil where it did not answer
	answered int       // positions
	failed   int       // requests
	err      error     // the last reason for a missing answer
}

// levelsAt is what the miner said of one position, nil if nothing.
func (s *sheet) levelsAt(i int) []byte {
	body := s.said[i/MaxPrefixes]
	if body == nil {
		return nil
	}
	return body[i%MaxPrefixes*DistBytes:][:DistBytes]
}

// likelihoods are nil of a miner that said too little to be judged.
func (s *sheet) likelihoods() []float64 {
	if 2*s.answered < len(s.gave) {
		return nil
	}
	return s.gave
}

func (s *sheet) silence() string {
	if s.err == nil {
		return "was not asked"
	}
	return fmt.Sprintf("answered %d of %d predictions: %v", s.answered, len(s.gave), s.err)
}

// askAll asks all miners the same requests in the same order, all of them the next one only when everybody has answered
// the last.
func (e *Examiner) askAll(ctx context.Context, x neuron.Exam, paper []position) []sheet {
	sheets := make([]sheet, len(x.Miners))
	for i := range sheets {
		sheets[i].gave = slices.Repeat([]float64{1.0 / 256}, len(paper))
		sheets[i].said = make([][]byte, (len(paper)+MaxPrefixes-1)/MaxPrefixes)
	}
	for from := 0; from < len(paper) && ctx.Err() == nil; from += MaxPrefixes {
		e.askBatch(ctx, x, paper[from:min(from+MaxPrefixes, len(paper))], from, sheets)
	}
	return sheets
}

// atOnce is how many miners are asked at the same time.
const atOnce = 64

func (e *Examiner) askBatch(ctx context.Context, x neuron.Exam, batch []position, from int, sheets []sheet) {
	prefixes := make([][]byte, len(batch))
	for i, p := range batch {
		prefixes[i] = p.prefix
	}
	body, err := EncodeRequest(prefixes)
	if err != nil {
		panic(err) // cannot happen: the bounds were checked when the Examiner was made
	}
	var wait sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for i, m := range x.Miners {
		if sheets[i].failed >= lives {
			continue
		}
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			sheets[i].take(e.askOne(ctx, x, m.Hotkey, body), batch, from)
		})
	}
	wait.Wait()
}

func (e *Examiner) askOne(ctx context.Context, x neuron.Exam, miner neuron.Address, body []byte) neuron.Answer {
	ctx, cancel := context.WithTimeout(ctx, e.options.BatchTime)
	defer cancel()
	return x.Ask(ctx, miner, http.MethodPost, Path, body)
}

// take writes down what an answer gave the true bytes of a batch.
func (s *sheet) take(a neuron.Answer, batch []position, from int) {
	dists := make([]mix.Dist, len(batch))
	if err := read(a, dists); err != nil {
		s.failed++
		s.err = err
		return
	}
	s.answered += len(batch)
	s.said[from/MaxPrefixes] = a.Body
	for i, p := range batch {
		s.gave[from+i] = float64(dists[i][p.truth])
	}
}
