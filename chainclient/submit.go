package chainclient

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/cosmos/gogoproto/proto"

	"github.com/dendra-net/dendra/x/neuron"
)

// sendTries bounds how often a transaction is signed anew after a refusal that a new signature cures.
const sendTries = 4

// firstPoll is the first pause between two looks for a sent transaction; it grows to Options.Poll.
const firstPoll = 40 * time.Millisecond

// TxResult is a transaction that a block holds and that did what it was to do.
type TxResult struct {
	Hash    string // SHA-256 of the transaction, 64 upper-case hex digits
	Height  int64
	GasUsed uint64
	FeeRao  uint64
	Events  []abci.Event
	answers []byte
}

// Answer decodes the response to message i of the transaction into m.
func (r TxResult) Answer(i int, m proto.Message) error {
	var all sdk.TxMsgData
	if err := proto.Unmarshal(r.answers, &all); err != nil {
		return fmt.Errorf("read the answer of transaction %s: %w", r.Hash, err)
	}
	if i < 0 || i >= len(all.MsgResponses) {
		return fmt.Errorf("transaction %s has %d answers, not number %d", r.Hash, len(all.MsgResponses), i)
	}
	return proto.Unmarshal(all.MsgResponses[i].Value, m)
}

// Submit signs msgs as one transaction, pays what it costs, sends it and waits until a block holds it. Neurons' own
// messages go without a fee. Errors: *TxError for a refusal, ErrUnknownOutcome when neither was seen in time.
func (c *Client) Submit(ctx context.Context, s Signer, msgs ...proto.Message) (TxResult, error) {
	if len(msgs) == 0 {
		return TxResult{}, errors.New("submit: a transaction needs a message")
	}
	ctx, cancel := context.WithTimeout(ctx, c.opts.Inclusion)
	defer cancel()
	hash, fee, err := c.send(ctx, s, msgs)
	if err != nil {
		return TxResult{}, err
	}
	result, err := c.follow(ctx, hash)
	result.FeeRao = fee
	if errors.Is(err, ErrUnknownOutcome) {
		c.accounts.of(s.Address()).forget()
	}
	return result, err
}

// SubmitWork sends a registration by work, which carries its own proof: no account, signature or fee.
func (c *Client) SubmitWork(ctx context.Context, msg *neuron.MsgRegisterWork) (TxResult, error) {
	ctx, cancel := context.WithTimeout(ctx, c.opts.Inclusion)
	defer cancel()
	rules, err := c.fees.load(ctx, c.Queries)
	if err != nil {
		return TxResult{}, err
	}
	raw, err := encodeUnsigned(rules.FreeGas, msg)
	if err != nil {
		return TxResult{}, err
	}
	hash, err := c.broadcast(ctx, raw)
	if err != nil {
		return TxResult{}, err
	}
	return c.follow(ctx, hash)
}

// send signs and broadcasts, again when only the sequence or the price was wrong.
func (c *Client) send(ctx context.Context, s Signer, msgs []proto.Message) (hash string, feeRao uint64, err error) {
	seq := c.accounts.of(s.Address())
	seq.Lock()
	defer seq.Unlock()
	kind := freedomOf(msgs)
	gratis := kind != paid
	for range sendTries {
		hash, feeRao, err = c.sendOnce(ctx, seq, s, msgs, gratis)
		switch {
		case err == nil:
			seq.next.sequence++
			return hash, feeRao, nil
		case errors.Is(err, ErrSequence):
			seq.recover(err)
		case errors.Is(err, ErrFeeTooLow) && kind != free:
			gratis = false
			c.fees.forget()
		case errors.Is(err, ErrUnreachable), ctx.Err() != nil:
			seq.known = false
			return "", 0, err
		default:
			return "", 0, err
		}
	}
	return "", 0, err
}

func (c *Client) sendOnce(ctx context.Context, seq *sequencer, s Signer, msgs []proto.Message, gratis bool) (string, uint64, error) {
	at, err := seq.load(ctx, c.Queries, s.Address())
	if err != nil {
		return "", 0, err
	}
	cost, err := c.price(ctx, s, at, msgs, gratis)
	if err != nil {
		return "", 0, err
	}
	raw, err := c.encode(s, at, cost, msgs, false)
	if err != nil {
		return "", 0, err
	}
	hash, err := c.broadcast(ctx, raw)
	return hash, cost.feeRao, err
}

// price returns what the transaction will ask for. Free ones need no simulation: their gas is fixed.
func (c *Client) price(ctx context.Context, s Signer, at account, msgs []proto.Message, gratis bool) (price, error) {
	if gratis {
		rules, err := c.fees.load(ctx, c.Queries)
		return price{gas: rules.FreeGas}, err
	}
	e, err := c.estimate(ctx, s, at, msgs, false)
	return price{gas: e.Gas, feeRao: e.FeeRao}, err
}

// inCache is the node's answer to a transaction it has already: an earlier try did arrive.
var inCache = &TxError{Codespace: "sdk", Code: 19}

// broadcast hands the transaction to a node, which checks it and passes it on.
func (c *Client) broadcast(ctx context.Context, raw []byte) (string, error) {
	req := &tx.BroadcastTxRequest{TxBytes: raw, Mode: tx.BroadcastMode_BROADCAST_MODE_SYNC}
	res, err := tx.NewServiceClient(c).BroadcastTx(ctx, req)
	if err != nil {
		return "", fmt.Errorf("send transaction: %w", err)
	}
	if res.TxResponse == nil {
		return "", errors.New("send transaction: the node answered nothing")
	}
	if err := refusal(res.TxResponse); err != nil && !errors.Is(err, inCache) {
		return "", err
	}
	return res.TxResponse.TxHash, nil
}

// follow waits for the block that holds the transaction.
func (c *Client) follow(ctx context.Context, hash string) (TxResult, error) {
	pause := firstPoll
	for {
		res, err := tx.NewServiceClient(c).GetTx(ctx, &tx.GetTxRequest{Hash: hash})
		switch {
		case err == nil && res.TxResponse != nil:
			return included(res.TxResponse)
		case err != nil && ctx.Err() == nil && !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrUnreachable):
			return TxResult{Hash: hash}, fmt.Errorf("%w: transaction %s was sent: %w", ErrUnknownOutcome, hash, err)
		}
		if !sleep(ctx, pause) {
			return TxResult{Hash: hash}, fmt.Errorf("%w: transaction %s was sent, no block holds it yet", ErrUnknownOutcome, hash)
		}
		pause = min(pause*3/2, c.opts.Poll)
	}
}

func included(res *sdk.TxResponse) (TxResult, error) {
	if err := refusal(res); err != nil {
		return TxResult{Hash: res.TxHash, Height: res.Height}, err
	}
	answers, err := hex.DecodeString(res.Data)
	if err != nil {
		return TxResult{}, fmt.Errorf("read the answer of transaction %s: %w", res.TxHash, err)
	}
	return TxResult{Hash: res.TxHash, Height: res.Height, GasUsed: uint64(max(res.GasUsed, 0)), Events: res.Events, answers: answers}, nil
}

// refusal returns the *TxError that a node's answer holds, or nil.
func refusal(res *sdk.TxResponse) error {
	if res.Code == 0 {
		return nil
	}
	return &TxError{Codespace: res.Codespace, Code: res.Code, Message: plain(res.RawLog), Hash: res.TxHash, Height: res.Height}
}

var wrapping = regexp.MustCompile(`^failed to (execute message; message index: \d+|simulate tx): |: failed to simulate tx$`)

// plain drops what the engine puts around a handler's message.
func plain(log string) string {
	for {
		short := wrapping.ReplaceAllString(log, "")
		if short == log {
			return log
		}
		log = short
	}
}
