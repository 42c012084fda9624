package chainclient

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"sync"
	"time"

	errorsmod "cosmossdk.io/errors"
	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/cosmos/gogoproto/proto"

	"github.com/dendra-net/dendra/x/emission"
	"github.com/dendra-net/dendra/x/guard"
	"github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/stake"
	"github.com/dendra-net/dendra/x/weights"
)

// Gas asked for is what a simulation used, times 13/10.
const (
	gasMarginNum = 13
	gasMarginDen = 10
)

// fees keeps the chain's price rules until one of them proves stale.
type fees struct {
	mu    sync.Mutex
	rules *guard.Params
}

func (f *fees) load(ctx context.Context, q Queries) (guard.Params, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.rules == nil {
		res, err := q.Guard().Params(ctx, &guard.QueryParamsRequest{})
		if err != nil {
			return guard.Params{}, fmt.Errorf("read the gas price: %w", err)
		}
		f.rules = &res.Params
	}
	return *f.rules, nil
}

func (f *fees) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules = nil
}

// freedom says whether the chain takes a transaction without a fee.
type freedom int

const (
	paid      freedom = iota // never
	sometimes                // within a rate limit, for a fee beyond it
	free                     // always, or not at all
)

// freedomOf judges a transaction by its messages.
func freedomOf(msgs []proto.Message) freedom {
	least := free
	for _, msg := range msgs {
		switch msg.(type) {
		case *weights.MsgSetWeights, *weights.MsgCommitWeights, *weights.MsgRevealWeights, *weights.MsgPublishEvidence,
			*neuron.MsgServe, *neuron.MsgCommitData, *emission.MsgSetRootWeights:
		case *stake.MsgRemoveStake:
			least = min(least, sometimes)
		default:
			return paid
		}
	}
	return least
}

// Estimate is what a transaction would use and pay.
type Estimate struct {
	GasUsed uint64
	Gas     uint64 // limit that Submit would ask for
	FeeRao  uint64
}

// Simulate runs the transaction on the newest state without sending it. The signer's private half is not needed.
// Errors: *TxError as Submit would return.
func (c *Client) Simulate(ctx context.Context, s Signer, msgs ...proto.Message) (Estimate, error) {
	seq := c.accounts.of(s.Address())
	seq.Lock()
	defer seq.Unlock()
	at, err := seq.load(ctx, c.Queries, s.Address())
	if err != nil {
		return Estimate{}, err
	}
	return c.estimate(ctx, s, at, msgs, freedomOf(msgs) != paid)
}

// estimate prices a transaction: by simulation, or by the allowance of free ones.
func (c *Client) estimate(ctx context.Context, s Signer, at account, msgs []proto.Message, gratis bool) (Estimate, error) {
	rules, err := c.fees.load(ctx, c.Queries)
	if err != nil {
		return Estimate{}, err
	}
	draft := price{gas: rules.FreeGas}
	if !gratis {
		draft.feeRao = 1 // says that a fee will be paid; a simulation does not check how much
	}
	raw, err := c.encode(s, at, draft, msgs, true)
	if err != nil {
		return Estimate{}, err
	}
	used, err := c.simulateWhole(ctx, raw)
	if err != nil {
		return Estimate{}, err
	}
	if gratis {
		return Estimate{GasUsed: used, Gas: rules.FreeGas}, nil
	}
	gas := used * gasMarginNum / gasMarginDen
	fee, err := feeOf(gas, max(c.opts.GasPrice, rules.MinGasPriceMicrorao))
	return Estimate{GasUsed: used, Gas: gas, FeeRao: fee}, err
}

// feeOf returns ceil(gas * microrao / 1e6).
func feeOf(gas, microrao uint64) (uint64, error) {
	hi, lo := bits.Mul64(gas, microrao)
	lo, carry := bits.Add64(lo, 999_999, 0)
	if hi += carry; hi >= 1_000_000 {
		return 0, fmt.Errorf("fee of %d gas at %d microrao is above %d rao", gas, microrao, uint64(math.MaxUint64))
	}
	fee, _ := bits.Div64(hi, lo, 1_000_000)
	return fee, nil
}

// simulateWhole simulates again when the refusal blames the chain. A node simulates while it stores a block, and may see
// half of that block: what it has read before is of the last one, what it reads now is of this one. A moment later
// it sees all of it; a chain that is at fault indeed says so every time.
func (c *Client) simulateWhole(ctx context.Context, raw []byte) (uint64, error) {
	pause := c.opts.Backoff
	for try := 0; ; try++ {
		used, err := c.simulate(ctx, raw)
		if err == nil || !blamesChain(err) || try >= c.opts.Retries || !sleep(ctx, pause) {
			return used, err
		}
		pause = min(2*pause, time.Second)
	}
}

// blamesChain reports whether a refusal says that the chain contradicts itself.
func blamesChain(err error) bool {
	var refused *TxError
	if !errors.As(err, &refused) {
		return false
	}
	known := []interface {
		Codespace() string
		ABCICode() uint32
	}{emission.ErrOverdrawn, emission.ErrBooks, sdkerrors.ErrLogic}
	for _, k := range known {
		if refused.Codespace == k.Codespace() && refused.Code == k.ABCICode() {
			return true
		}
	}
	return refused.Codespace == errorsmod.UndefinedCodespace
}

// simulate asks the node what the transaction would use. It goes by the application's own query, whose refusals keep
// their code.
func (c *Client) simulate(ctx context.Context, raw []byte) (uint64, error) {
	res, err := cmtservice.NewServiceClient(c).ABCIQuery(ctx, &cmtservice.ABCIQueryRequest{Path: "/app/simulate", Data: raw})
	if err != nil {
		return 0, fmt.Errorf("simulate transaction: %w", err)
	}
	if res.Code != 0 {
		return 0, &TxError{Codespace: res.Codespace, Code: res.Code, Message: plain(res.Log)}
	}
	var out struct {
		Gas struct {
			Used string `json:"gas_used"`
		} `json:"gas_info"`
	}
	if err := json.Unmarshal(res.Value, &out); err != nil {
		return 0, fmt.Errorf("simulate transaction: read the answer: %w", err)
	}
	used, err := strconv.ParseUint(out.Gas.Used, 10, 64)
	if err != nil || used > math.MaxUint64/gasMarginNum {
		return 0, fmt.Errorf("simulate transaction: the node answered gas_used %q", out.Gas.Used)
	}
	return used, nil
}
