package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/seal"
	"github.com/dendra-net/dendra/wallet"
	neuronmod "github.com/dendra-net/dendra/x/neuron"
)

// batch is how many nonces a worker tries between two looks at the clock and at the others.
const batch = 4096

// solve looks for a nonce whose work meets difficulty, on all cores, until ctx ends. Tries counts on while it runs.
func solve(ctx context.Context, challenge [32]byte, difficulty uint64, cores int, tries *atomic.Uint64) (uint64, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var next, found atomic.Uint64
	found.Store(math.MaxUint64)
	var workers sync.WaitGroup
	for range cores {
		workers.Go(func() {
			for ctx.Err() == nil {
				from := next.Add(batch) - batch
				if nonce, ok := solveBatch(challenge, difficulty, from); ok {
					found.Store(nonce)
					cancel()
				}
				tries.Add(batch)
			}
		})
	}
	workers.Wait()
	if nonce := found.Load(); nonce != math.MaxUint64 {
		return nonce, nil
	}
	return 0, ctx.Err()
}

func solveBatch(challenge [32]byte, difficulty, from uint64) (uint64, bool) {
	for nonce := from; nonce < from+batch; nonce++ {
		if seal.Meets(seal.Work(challenge, nonce), difficulty) {
			return nonce, true
		}
	}
	return 0, false
}

// errWorkStale says that the block a proof was bound to left the window before a nonce was found.
var errWorkStale = errors.New("the block the work is bound to grew too old")

// registerByWork solves and sends, with fresh blocks until it succeeds or ctx ends.
func (a *app) registerByWork(ctx context.Context, netuid uint16, info wallet.Info, key neuron.Key) error {
	client, err := a.chain(ctx)
	if err != nil {
		return err
	}
	if a.dryRun {
		return a.previewWork(ctx, client, netuid, info)
	}
	r, err := a.workLoop(ctx, client, netuid, info, key)
	if err != nil {
		return err
	}
	return a.emit(r, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "registered: subnet %d neuron %d by work\n  height %d   tx %s\n", netuid, r.UID, r.Height, r.Hash)
		return err
	})
}

func (a *app) previewWork(ctx context.Context, client *chainclient.Client, netuid uint16, info wallet.Info) error {
	task, err := client.Neuron().Work(ctx, &neuronmod.QueryWorkRequest{Netuid: uint32(netuid)})
	if err != nil {
		return err
	}
	look := preview{DryRun: true, Action: fmt.Sprintf("register on subnet %d by about %d hashes", netuid, task.Difficulty), Payer: info.Name,
		Address: info.Address, Changes: []string{"the hotkey gets a slot; nothing is paid"}}
	if look.BalanceRao, err = client.BalanceRao(ctx, info.Address); err != nil {
		return err
	}
	look.BalanceAfterRao = look.BalanceRao
	return a.emit(look, look.print)
}

// workLoop repeats what another registration or a passing block can spoil.
func (a *app) workLoop(ctx context.Context, client *chainclient.Client, netuid uint16, info wallet.Info, key neuron.Key) (registration, error) {
	for {
		r, err := a.workOnce(ctx, client, netuid, info, key)
		if err == nil || !spoiled(err) || ctx.Err() != nil {
			return r, err
		}
		a.say("again: %v", err)
	}
}

// spoiled reports whether another try with a fresh block may succeed.
func spoiled(err error) bool {
	for _, again := range []error{errWorkStale, refusalOf(neuronmod.ErrWorkWindow), refusalOf(neuronmod.ErrBadWork),
		refusalOf(neuronmod.ErrBlockUnknown), refusalOf(neuronmod.ErrWorkPerBlock), refusalOf(neuronmod.ErrWorkReplayed)} {
		if errors.Is(err, again) {
			return true
		}
	}
	return false
}

// refusalOf is how a module's error arrives from the chain.
func refusalOf(registered interface {
	Codespace() string
	ABCICode() uint32
}) *chainclient.TxError {
	return &chainclient.TxError{Codespace: registered.Codespace(), Code: registered.ABCICode()}
}

func (a *app) workOnce(ctx context.Context, client *chainclient.Client, netuid uint16, info wallet.Info, key neuron.Key) (registration, error) {
	task, err := client.Neuron().Work(ctx, &neuronmod.QueryWorkRequest{Netuid: uint32(netuid)})
	if err != nil {
		return registration{}, err
	}
	hotkey, err := key.Address().Bytes()
	if err != nil {
		return registration{}, err
	}
	challenge := seal.Challenge(task.Block.Hash, hotkey, netuid, client.ChainID())
	nonce, err := a.solveInTime(ctx, client, challenge, task)
	if err != nil {
		return registration{}, err
	}
	proof, err := possession(client.ChainID(), netuid, info.Address, key)
	if err != nil {
		return registration{}, err
	}
	res, err := client.SubmitWork(ctx, &neuronmod.MsgRegisterWork{Hotkey: string(key.Address()), Coldkey: string(info.Address),
		Netuid: uint32(netuid), HotkeyPubkey: key.Public(), Height: task.Block.Height, Nonce: nonce, Proof: proof})
	if err != nil {
		return registration{}, err
	}
	var answer neuronmod.MsgRegisterWorkResponse
	if err := res.Answer(0, &answer); err != nil {
		return registration{}, err
	}
	return registration{Netuid: netuid, UID: answer.Uid, Hotkey: key.Address(), receipt: receiptOf(res)}, nil
}

// solveInTime solves while the block is young enough, and shows rate and time left.
func (a *app) solveInTime(ctx context.Context, client *chainclient.Client, challenge [32]byte, task *neuronmod.QueryWorkResponse) (uint64, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var watch sync.WaitGroup
	defer watch.Wait()
	defer cancel(nil)
	watch.Go(func() {
		for head := range client.Heads(ctx) {
			if head.Height >= task.ExpiresAt {
				cancel(errWorkStale)
			}
		}
	})
	var tries atomic.Uint64
	watch.Go(func() { a.showProgress(ctx, task.Difficulty, &tries) })
	nonce, err := solve(ctx, challenge, task.Difficulty, runtime.GOMAXPROCS(0), &tries)
	if err != nil {
		return 0, context.Cause(ctx)
	}
	return nonce, nil
}

// showProgress keeps a line with the rate and the expected time that is left.
func (a *app) showProgress(ctx context.Context, difficulty uint64, tries *atomic.Uint64) {
	line := term.NewLine(a.Stderr, term.Live(a.Stderr, a.Getenv))
	defer line.Clear()
	start := a.Now()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			done := float64(tries.Load())
			rate := done / a.Now().Sub(start).Seconds()
			line.Show("work: %.0f hashes, %sH/s, expected %s in all", done, term.Rate(rate), term.ETA(float64(difficulty), rate))
		}
	}
}
