package mixture

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"time"

	"github.com/dendra-net/dendra/corpus"
	"github.com/dendra-net/dendra/mix"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/nn/weights"
	"github.com/dendra-net/dendra/subnets/lm"
)

// Expert is a kind of miner that is shipped, to have a market on a fresh machine and to test the rule of pay.
type Expert struct {
	Name  string
	About string
	// Build makes the miner, which takes up to a second of a core. name is what it calls itself in answers. Honest
	// experts ask nobody and need no market.
	Build func(name string, market Market) (http.Handler, error)
}

// Experts are all kinds: one for each kind of the shipped text, one that knows a little of all, and two that cheat.
func Experts() []Expert {
	var list []Expert
	for _, kind := range corpus.Kinds() {
		list = append(list, Expert{string(kind), fmt.Sprintf("counts two megabytes of %s, order %d", kind, expertOrder),
			func(name string, _ Market) (http.Handler, error) { return counting(name, expertOrder, kindBytes, kind) }})
	}
	return append(list,
		Expert{"general", fmt.Sprintf("counts a megabyte of all kinds of text, order %d", backgroundOrder),
			func(name string, _ Market) (http.Handler, error) {
				return counting(name, backgroundOrder, expertBytes, corpus.Kinds()...)
			}},
		Expert{"transformer", "runs the shipped transformer on the last 16 bytes of a text",
			func(name string, _ Market) (http.Handler, error) { return transformer(name) }},
		Expert{"blender", "knows nothing and answers with the mean of all others: a cheat", NewBlender},
		Expert{"parrot", "knows nothing and answers what one other does, slightly changed: a cheat", func(name string, m Market) (http.Handler, error) {
			return NewParrot(name, m, "")
		}},
	)
}

// ExpertOf returns the kind of that name.
func ExpertOf(name string) (Expert, bool) {
	for _, e := range Experts() {
		if e.Name == name {
			return e, true
		}
	}
	return Expert{}, false
}

func counting(name string, order, bytes int, kinds ...corpus.Kind) (http.Handler, error) {
	m, err := train(order, bytes, kinds...)
	if err != nil {
		return nil, err
	}
	return Handler(lm.FromNGram(m), name), nil
}

// glance is how many bytes of an exam's prefixes the transformer reads: its cost grows with them.
const glance = 16

// transformer is the shipped model. An exam shows it less than it could read, which spares most of the work.
func transformer(name string) (http.Handler, error) {
	m, err := weights.Default()
	if err != nil {
		return nil, err
	}
	model := lm.FromNN(m)
	all := Of(model)
	return Serve(func(ctx context.Context, prefixes [][]byte, out []mix.Dist) error {
		short := make([][]byte, len(prefixes))
		for i, p := range prefixes {
			short[i] = p[max(0, len(p)-glance):]
		}
		return all(ctx, short, out)
	}, lm.Chat(name, func() lm.Model { return model })), nil
}

var errNoMarket = errors.New("this expert asks others and needs a market")

// relayTime is how long a cheat waits for whom it asks: it must answer in time itself.
const relayTime = 2 * time.Second

// NewBlender is a miner that asks all others and answers with their mean: it adds nothing, but alone it would look
// better than each of them.
func NewBlender(name string, market Market) (http.Handler, error) {
	if market.Miners == nil || market.Ask == nil {
		return nil, errNoMarket
	}
	c := &Collective{Market: market, StepTime: relayTime}
	return Serve(c.Predict, lm.Chat(name, func() *Collective { return c })), nil
}

// NewParrot is a miner that repeats what the victim says, tempered and wobbling so that no two answers are the same
// bytes. Without a victim it takes the first miner of the market.
func NewParrot(name string, market Market, victim neuron.Address) (http.Handler, error) {
	if market.Miners == nil || market.Ask == nil {
		return nil, errNoMarket
	}
	p := parrot{market, victim}
	return Serve(p.predict, http.HandlerFunc(p.relay)), nil
}

type parrot struct {
	market Market
	chosen neuron.Address
}

func (p parrot) victim(ctx context.Context) (neuron.Address, error) {
	if p.chosen != "" {
		return p.chosen, nil
	}
	miners, err := p.market.Miners(ctx)
	if err != nil {
		return "", err
	}
	if len(miners) == 0 {
		return "", nobody()
	}
	return miners[0], nil
}

func (p parrot) predict(ctx context.Context, prefixes [][]byte, out []mix.Dist) error {
	ctx, cancel := context.WithTimeout(ctx, relayTime)
	defer cancel()
	victim, err := p.victim(ctx)
	if err != nil {
		return err
	}
	if err := p.market.Oracle(victim)(ctx, prefixes, out); err != nil {
		return err
	}
	for i := range out {
		if err := disguise(&out[i], prefixes[i]); err != nil {
			return err
		}
	}
	return nil
}

// disguise flattens d a little and wobbles it by a tenth.
func disguise(d *mix.Dist, prefix []byte) error {
	var changed mix.Dist
	sum := 0.0
	for b, p := range d {
		wobble := 1 + 0.1*math.Sin(float64(31*b+7*len(prefix))+float64(sumOf(prefix)))
		w := math.Pow(float64(p), 0.93) * wobble
		changed[b] = float32(w)
		sum += w
	}
	for b := range changed {
		changed[b] /= float32(sum)
	}
	return mix.Linear([]mix.Dist{changed}, []float64{1}, d)
}

func sumOf(bytes []byte) (sum int) {
	for _, b := range bytes {
		sum += int(b)
	}
	return sum
}

// relay answers users with the victim's words.
func (p parrot) relay(w http.ResponseWriter, r *http.Request) {
	body, err := readBounded(r)
	if err == nil {
		err = p.pass(r, w, body)
	}
	if err != nil {
		neuron.WriteError(w, failed(err))
	}
}

func (p parrot) pass(r *http.Request, w http.ResponseWriter, body []byte) error {
	victim, err := p.victim(r.Context())
	if err != nil {
		return err
	}
	a := p.market.Ask(r.Context(), victim, r.Method, r.URL.RequestURI(), body)
	if a.Err != nil {
		return a.Err
	}
	if a.Status != http.StatusOK {
		return neuron.Refuse(http.StatusBadGateway, "upstream_failed", "whoever knows answered with status %d", a.Status)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	w.Write(a.Body) // an error here means that the caller left: nobody to tell
	return nil
}
