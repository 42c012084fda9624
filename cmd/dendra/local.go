package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/dendra-net/dendra/internal/cli"
	"github.com/dendra-net/dendra/localnet"
	"github.com/dendra-net/dendra/subnets/kind"
)

// local is the local network's commands.
var local = cli.Local{Up: dressed(up), Down: dressed(down), Status: dressed(status), Logs: dressed(logs), Reset: dressed(reset)}

// dressed explains the errors of a command.
func dressed(f func(context.Context, cli.LocalOptions) error) func(context.Context, cli.LocalOptions) error {
	return func(ctx context.Context, o cli.LocalOptions) error { return explained(f(ctx, o)) }
}

// up starts the market, or prints the card of the one that runs.
func up(ctx context.Context, o cli.LocalOptions) error {
	if card, err := localnet.ReadCard(o.Home); err == nil {
		if !o.JSON {
			fmt.Fprintf(o.Stdout, "already running (pid %d) in %s\n", card.PID, card.Home)
		}
		return show(o, card)
	}
	if o.Detach {
		return detach(ctx, o)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(softMemory)
	}
	fmt.Fprintf(o.Stderr, "starting a local market in %s\n", o.Home)
	m, err := localnet.Start(ctx, localnet.Options{Home: o.Home, Port: o.Port, BlockTime: o.BlockTime, Quiet: o.Quiet, Shards: o.Shards, Progress: func(s localnet.Step) {
		fmt.Fprintf(o.Stderr, "  %-12s %-52s %5.1fs\n", s.Name, s.Detail, s.After.Seconds())
	}})
	if err != nil {
		return err
	}
	fmt.Fprintf(o.Stderr, "Ready in %.1fs.\n", m.Card().ReadySeconds)
	if err := show(o, m.Card()); err != nil {
		return errors.Join(err, m.Close())
	}
	events := o.Stdout
	if o.JSON {
		events = o.Stderr
	}
	return run(ctx, m, events, o)
}

// softMemory is where the collector begins to work harder: about 300 MB of a market live, and garbage would treble that.
const softMemory = 600 << 20

// run tells what happens until the market ends, then says so.
func run(ctx context.Context, m *localnet.Market, events io.Writer, o cli.LocalOptions) error {
	told := make(chan error, 1)
	go func() { told <- m.Narrate(ctx, events) }()
	err := m.Wait()
	err = errors.Join(err, <-told)
	fmt.Fprintf(o.Stderr, "stopped; the state is kept in %s (dendra up resumes, dendra reset erases)\n", o.Home)
	return err
}

func detach(ctx context.Context, o cli.LocalOptions) error {
	if err := (kind.Rules{Shards: o.Shards}).Check(); err != nil {
		return err // before there is a home for the other process's log
	}
	card, err := localnet.Detach(ctx, o.Home, upArgs(o)...)
	if err != nil {
		return err
	}
	return show(o, card)
}

// upArgs say to another process what this one was told.
func upArgs(o cli.LocalOptions) []string {
	args := []string{"up", "--json", "--home", o.Home}
	if o.Port != 0 {
		args = append(args, "--port", fmt.Sprint(o.Port))
	}
	if o.BlockTime != 0 {
		args = append(args, "--block-time", o.BlockTime.String())
	}
	if o.Quiet {
		args = append(args, "--quiet-miners")
	}
	if o.Shards != "" {
		args = append(args, "--shards", o.Shards)
	}
	return args
}

func show(o cli.LocalOptions, card localnet.Card) error {
	if !o.JSON {
		return card.Print(o.Stdout)
	}
	e := json.NewEncoder(o.Stdout)
	e.SetIndent("", "  ")
	return e.Encode(card)
}

func down(ctx context.Context, o cli.LocalOptions) error {
	killed, err := localnet.Stop(ctx, o.Home)
	if err != nil {
		return err
	}
	if o.JSON {
		return json.NewEncoder(o.Stdout).Encode(map[string]any{"stopped": true, "killed": killed, "home": o.Home})
	}
	_, err = fmt.Fprintf(o.Stdout, "stopped; the state is kept in %s\n", o.Home)
	return err
}

func status(_ context.Context, o cli.LocalOptions) error {
	card, err := localnet.ReadCard(o.Home)
	if err != nil {
		return err
	}
	return show(o, card)
}

func logs(ctx context.Context, o cli.LocalOptions) error {
	return localnet.PrintLogs(ctx, o.Stdout, localnet.LogDir(o.Home), o.Component, o.Lines, o.Follow)
}

func reset(_ context.Context, o cli.LocalOptions) error {
	if err := localnet.Reset(o.Home); err != nil {
		return err
	}
	_, err := fmt.Fprintf(o.Stdout, "erased %s\n", o.Home)
	return err
}
