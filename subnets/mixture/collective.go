package mixture

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/dendra-net/dendra/mix"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/nn"
	"github.com/dendra-net/dendra/subnets/lm"
)

// Collective writes and predicts as all of a subnet's miners together: what they say of the next byte is blended, and
// the blend is what one draws from. Market must be set. It is safe for concurrent use.
//
// Whoever does not answer a step in time is left out of the rest of the reply, so one slow miner costs one wait. When
// nobody does, all are asked once more and given longer: that is a busy machine rather than miners. With a
// draft model several steps take one round: the model guesses the next bytes, the miners are asked what follows each of
// them, and the guesses are kept as long as the draws agree. What is written has the same chances as without.
type Collective struct {
	Market Market
	// Weigh says how far to believe each of the miners after context, which decides by ratios: nil, or a function that
	// returns nil, believes all alike. Whoever gets 0 has no say.
	Weigh func(context []byte, miners []neuron.Address) []float64
	// Memory returns what the latest exam left, or nil, and is called once a reply. It stands in for a Weigh that is nil:
	// then those are asked who are admitted, and the router of the exams says how far to believe them.
	Memory func() []byte
	Draft  mix.Predictor // guesses, or nil

	StepTime time.Duration // for one round of questions, 1 s if zero
	Ahead    int           // bytes guessed in a round with Draft, 6 if zero, 63 at most

	mu      sync.Mutex
	learned [32]byte // SHA-256 of the memory that router is of
	router  *router
}

const (
	stepTime   = time.Second
	patience   = 4 // times as long for all of them, when nobody answered
	ahead      = 6
	lookBehind = 64 // bytes of text that miners are shown: what an exam shows them
)

// Chat serves the collective as OpenAI's chat completions; see lm.Chat.
func (c *Collective) Chat(name string) http.Handler {
	return lm.Chat(name, func() *Collective { return c })
}

func nobody() error {
	return neuron.Refuse(http.StatusServiceUnavailable, "no_miners", "no miner of this subnet answers")
}

// circle is who still has a say in one reply.
type circle struct {
	*Collective
	miners []neuron.Address
	weigh  func(context []byte, miners []neuron.Address) []float64
}

func (c *Collective) gather(ctx context.Context) (*circle, error) {
	miners, err := c.Market.Miners(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the miners: %w", err)
	}
	if len(miners) == 0 {
		return nil, nobody()
	}
	in := &circle{c, slices.Clone(miners), c.Weigh}
	if r := c.current(); r != nil && c.Weigh == nil {
		in.weigh = r.weigh
		in.miners = r.admit(in.miners)
	}
	return in, nil
}

// current is the router of the latest memory; nil when it is damaged or knows nobody.
func (c *Collective) current() *router {
	if c.Memory == nil {
		return nil
	}
	raw := c.Memory()
	sum := sha256.Sum256(raw)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.learned != sum {
		m, _ := recall(raw) // the next exam says what is lost
		c.learned, c.router = sum, m.router()
		if c.router != nil {
			c.router.learn(m.lessons)
		}
	}
	return c.router
}

// Predict fills out with the blend after each prefix.
func (c *Collective) Predict(ctx context.Context, prefixes [][]byte, out []mix.Dist) error {
	if len(prefixes) != len(out) {
		return fmt.Errorf("%d prefixes, and room for %d distributions", len(prefixes), len(out))
	}
	in, err := c.gather(ctx)
	if err != nil {
		return err
	}
	return in.step(ctx, prefixes, out)
}

// Generate continues prompt as lm.Generator has it.
func (c *Collective) Generate(ctx context.Context, prompt []byte, n int, pick nn.Sampler, emit func(byte) error) error {
	in, err := c.gather(ctx)
	if err != nil {
		return err
	}
	text := slices.Clone(prompt[max(0, len(prompt)-lookBehind):])
	for n > 0 {
		written, err := in.round(ctx, text, n, pick, emit)
		if err != nil {
			return err
		}
		n -= len(written)
		text = append(text, written...)
		text = text[max(0, len(text)-lookBehind):]
	}
	return nil
}

// round writes at least one byte, and up to n where guesses hold.
func (in *circle) round(ctx context.Context, text []byte, n int, pick nn.Sampler, emit func(byte) error) (written []byte, err error) {
	guesses := in.guess(text, n-1)
	prefixes := make([][]byte, len(guesses)+1)
	all := append(slices.Clone(text), guesses...)
	for i := range prefixes {
		end := len(text) + i
		prefixes[i] = all[max(0, end-lookBehind):end]
	}
	dists := make([]mix.Dist, len(prefixes))
	if err := in.step(ctx, prefixes, dists); err != nil {
		return nil, err
	}
	for i := range dists {
		b, err := lm.Pick(pick, &dists[i])
		if err != nil {
			return nil, err
		}
		if err := emit(b); err != nil {
			return nil, err
		}
		written = append(written, b)
		if i < len(guesses) && b != guesses[i] {
			break
		}
	}
	return written, nil
}

// guess continues text by what the draft model finds likeliest.
func (in *circle) guess(text []byte, most int) []byte {
	if in.Draft == nil {
		return nil
	}
	n := min(or(in.Ahead, ahead), MaxPrefixes-1, most)
	all := slices.Clone(text)
	var d mix.Dist
	for range n {
		in.Draft.Predict(all, &d)
		best := 0
		for b := range d {
			if d[b] > d[best] {
				best = b
			}
		}
		all = append(all, byte(best))
	}
	return all[len(text):]
}

// step asks everybody in the circle, drops who does not answer and blends what the others say.
func (in *circle) step(ctx context.Context, prefixes [][]byte, out []mix.Dist) error {
	wait := or(in.StepTime, stepTime)
	answers := in.ask(ctx, prefixes, wait)
	if silent(answers) {
		answers = in.ask(ctx, prefixes, patience*wait)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	var left []neuron.Address
	for i, m := range in.miners {
		if answers[i] != nil {
			left = append(left, m)
		}
	}
	answers = slices.DeleteFunc(answers, func(a []mix.Dist) bool { return a == nil })
	if in.miners = left; len(left) == 0 {
		return nobody()
	}
	said := make([]mix.Dist, len(answers))
	for i, p := range prefixes {
		for k := range answers {
			said[k] = answers[k][i]
		}
		if err := mix.Linear(said, in.weights(p), &out[i]); err != nil {
			return fmt.Errorf("blend prefix %d: %w", i, err)
		}
	}
	return nil
}

// ask returns what each miner says, nil of those that say nothing in time.
func (in *circle) ask(ctx context.Context, prefixes [][]byte, wait time.Duration) [][]mix.Dist {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	answers := make([][]mix.Dist, len(in.miners))
	var group sync.WaitGroup
	for i, m := range in.miners {
		group.Go(func() {
			dists := make([]mix.Dist, len(prefixes))
			if in.Market.Oracle(m)(ctx, prefixes, dists) == nil {
				answers[i] = dists
			} // whoever says nothing has no say: there is nobody to tell
		})
	}
	group.Wait()
	return answers
}

func silent(answers [][]mix.Dist) bool {
	return !slices.ContainsFunc(answers, func(a []mix.Dist) bool { return a != nil })
}

// weights are positive for somebody.
func (in *circle) weights(context []byte) []float64 {
	if in.weigh != nil {
		w := in.weigh(context, in.miners)
		if len(w) == len(in.miners) && slices.ContainsFunc(w, func(v float64) bool { return v > 0 }) {
			return w
		}
	}
	return slices.Repeat([]float64{1}, len(in.miners))
}

// or returns v, or instead when v is zero.
func or[T comparable](v, instead T) T {
	var zero T
	if v == zero {
		return instead
	}
	return v
}
