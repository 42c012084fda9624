package gateway

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/dendra-net/dendra/gateway/requestlog"
	"github.com/dendra-net/dendra/neuron"
)

// Client asks miners; *neuron.Client is one. An answer that is no stream has been verified when Do returns; a stream
// returns io.EOF only when its closing signature held. A signed status outside 200..299 comes as a *neuron.Refusal.
type Client interface {
	Do(ctx context.Context, to neuron.Target, method, path string, header http.Header, body []byte) (*neuron.Reply, error)
}

// Config is what a gateway is made of. Client, Directory and Log are required.
type Config struct {
	// Client signs requests with the gateway's hotkey. Its own time limit must not be below Limits.Total.
	Client Client
	// Directory tells which subnets and neurons there are.
	Directory Directory
	// Log takes the record of every request; Run keeps it synced. The caller closes it.
	Log *requestlog.Log
	// Keys may use the API. Without any, every request to /v1 is refused.
	Keys []APIKey
	// Prices holds the price of single subnets, DefaultPrice that of all others. Zero is free of charge.
	Prices       map[uint16]Price
	DefaultPrice Price
	Limits       Limits
	// Aliases are models beside those that bear a subnet's name.
	Aliases []Alias
	// Probe makes the small question by which an unmeasured miner of a model is measured; nil, or an empty question,
	// asks for a sum of two small numbers.
	Probe func(m Model) []byte
	// Charts draw how a subnet's work went over its epochs, as SVG, for the page; nil or an error shows none.
	Charts func(ctx context.Context, m Model) ([]byte, error)
	// Origins are the web origins whose scripts may call the API; any when empty. Keys travel in a header and never
	// in cookies, so an open door gives a web page nothing that it does not have already.
	Origins []string
	// ProbeEvery is how long a miner may stay unmeasured before the gateway asks it a small question of its own; a
	// minute when zero, never when negative.
	ProbeEvery time.Duration
	// Now, Random (uniform in [0,1)) and Logger are injected for tests; nil takes the usual ones.
	Now    func() time.Time
	Random func() float64
	Logger *slog.Logger
}

// Alias is a model that those who validate a subnet answer: what they learned about its miners, a blend of all of them
// for one, is theirs to sell. It exists while the subnet does, and gives way to a subnet of its own name.
type Alias struct {
	ID     string // the model's name
	Subnet string // name of the subnet, as models are named
}

// APIKey allows its holder to use the API. Only a hash of the secret is kept.
type APIKey struct {
	Name     string   // appears in the request log; unique
	SHA256   [32]byte // of the key's text, by HashKey
	Operator bool     // may read the requests of all keys
}

// HashKey returns what APIKey.SHA256 holds for the key's text. Keys are random, so a plain hash gives nothing away.
func HashKey(key string) [32]byte { return sha256.Sum256([]byte(key)) }

// Limits bound what one request may take. Zero fields get the default named behind them.
type Limits struct {
	MaxBodyBytes      int64         // request body; 4 MiB
	MaxAnswerBytes    int64         // answer of a miner; 16 MiB
	MaxEventBytes     int           // one event of a stream; 1 MiB
	MaxAnswerTokens   uint64        // answer without max_tokens, for each choice; 32,768
	MaxAttempts       int           // miners asked for one request; 3
	MaxInFlight       int           // requests at the same time; 1,024
	RequestsPerMinute int           // for each key, in bursts of as many; 600, no limit when negative
	FirstByte         time.Duration // from asking a miner for a stream to its first event; 30 s
	Whole             time.Duration // from asking a miner for a whole answer to its end; 2 min
	Patience          time.Duration // least silence of a miner before another is asked as well; 3 s
	Idle              time.Duration // between two events of a stream; 60 s
	Total             time.Duration // a request with all its attempts; 10 min
	KeepAlive         time.Duration // silence of a stream after which a comment is sent; 15 s
	ClientIO          time.Duration // for the client to send its body, and to take each piece of the answer; 30 s
	Probe             time.Duration // answer to a question of the gateway's own; 10 s
	CoolDown          time.Duration // rest of a miner after its first failure, doubled with each further one; 2 s
	MaxCoolDown       time.Duration // longest such rest; 5 min
}

func (l Limits) withDefaults() Limits {
	orInt(&l.MaxBodyBytes, 4<<20)
	orInt(&l.MaxAnswerBytes, 16<<20)
	orInt(&l.MaxEventBytes, 1<<20)
	orInt(&l.MaxAnswerTokens, 32_768)
	orInt(&l.MaxAttempts, 3)
	orInt(&l.MaxInFlight, 1024)
	if l.RequestsPerMinute == 0 {
		l.RequestsPerMinute = 600
	}
	orInt(&l.FirstByte, 30*time.Second)
	orInt(&l.Whole, 2*time.Minute)
	orInt(&l.Patience, 3*time.Second)
	orInt(&l.Idle, time.Minute)
	orInt(&l.Total, 10*time.Minute)
	orInt(&l.KeepAlive, 15*time.Second)
	orInt(&l.ClientIO, 30*time.Second)
	orInt(&l.Probe, 10*time.Second)
	orInt(&l.CoolDown, 2*time.Second)
	orInt(&l.MaxCoolDown, 5*time.Minute)
	return l
}

// orInt sets a field that is not positive to its default.
func orInt[T ~int | ~int64 | ~uint64](field *T, def T) {
	if *field <= 0 {
		*field = def
	}
}

func (c Config) withDefaults() Config {
	c.Limits = c.Limits.withDefaults()
	if c.ProbeEvery == 0 {
		c.ProbeEvery = time.Minute
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Random == nil {
		c.Random = rand.Float64
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

func (c Config) check() error {
	switch {
	case c.Client == nil:
		return errors.New("gateway: Config.Client is missing")
	case c.Directory == nil:
		return errors.New("gateway: Config.Directory is missing")
	case c.Log == nil:
		return errors.New("gateway: Config.Log is missing")
	}
	names := map[string]bool{}
	for _, k := range c.Keys {
		if k.Name == "" || k.SHA256 == ([32]byte{}) || names[k.Name] {
			return fmt.Errorf("gateway: API key %q needs a name of its own and a hash", k.Name)
		}
		names[k.Name] = true
	}
	for _, a := range c.Aliases {
		if a.ID == "" || a.Subnet == "" {
			return fmt.Errorf("gateway: alias %q of subnet %q needs both names", a.ID, a.Subnet)
		}
	}
	if err := checkPrice(c.DefaultPrice); err != nil {
		return fmt.Errorf("gateway: default %w", err)
	}
	for netuid, p := range c.Prices {
		if err := checkPrice(p); err != nil {
			return fmt.Errorf("gateway: subnet %d: %w", netuid, err)
		}
	}
	return nil
}

// price returns what the subnet's tokens cost.
func (c Config) price(netuid uint16) Price {
	if p, ok := c.Prices[netuid]; ok {
		return p
	}
	return c.DefaultPrice
}
