package node

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	logslog "cosmossdk.io/log/v2/slog"
	abci "github.com/cometbft/cometbft/abci/types"
	cmtlog "github.com/cometbft/cometbft/libs/log"
	serverlog "github.com/cosmos/cosmos-sdk/server/log"
)

// narrator stands between consensus and the application: it logs one line a block and notices when the state machine
// fails, after which consensus makes no more blocks.
type narrator struct {
	abci.Application
	log    *slog.Logger
	once   sync.Once
	failed chan struct{}
	why    error
}

func newNarrator(app abci.Application, log *slog.Logger) *narrator {
	return &narrator{Application: app, log: log, failed: make(chan struct{})}
}

func (a *narrator) FinalizeBlock(ctx context.Context, req *abci.RequestFinalizeBlock) (*abci.ResponseFinalizeBlock, error) {
	began := time.Now()
	defer func() {
		if r := recover(); r != nil {
			a.fail(fmt.Errorf("block %d: %v", req.Height, r))
			panic(r)
		}
	}()
	res, err := a.Application.FinalizeBlock(ctx, req)
	if err != nil {
		a.fail(fmt.Errorf("block %d: %w", req.Height, err))
		return nil, err
	}
	refused := 0
	for _, r := range res.TxResults {
		if r.Code != 0 {
			refused++
		}
	}
	a.log.Info("block", "height", req.Height, "txs", len(req.Txs), "refused", refused,
		"app", fmt.Sprintf("%x", res.AppHash[:min(4, len(res.AppHash))]), "ms", time.Since(began).Milliseconds())
	return res, nil
}

func (a *narrator) fail(err error) {
	a.once.Do(func() {
		a.why = err
		a.log.Error("the node cannot go on", "err", err)
		close(a.failed)
	})
}

func (a *narrator) failure() error {
	select {
	case <-a.failed:
		return a.why
	default:
		return nil
	}
}

// cometLog passes on what CometBFT says of errors; it has a dozen lines for each block otherwise.
func cometLog(log *slog.Logger) cmtlog.Logger {
	return cmtlog.NewFilter(serverlog.CometLoggerWrapper{Logger: logslog.NewCustomLogger(log)}, cmtlog.AllowError())
}

// quiet passes on warnings and errors.
func quiet(log *slog.Logger) *slog.Logger { return slog.New(warnings{log.Handler()}) }

type warnings struct{ slog.Handler }

func (w warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, level)
}

func (w warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return warnings{w.Handler.WithAttrs(attrs)}
}

func (w warnings) WithGroup(name string) slog.Handler { return warnings{w.Handler.WithGroup(name)} }
