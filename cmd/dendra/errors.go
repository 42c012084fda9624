package main

import (
	"encoding/json"
	"errors"
	"os/exec"

	"github.com/dendra-net/dendra/chain"
	"github.com/dendra-net/dendra/chain/node"
	"github.com/dendra-net/dendra/internal/cli"
	"github.com/dendra-net/dendra/localnet"
)

// known gives the errors of the parts that are wired here the code and the next command a person sees.
var known = []struct {
	is        error
	code, fix string
}{
	{localnet.ErrRunning, "already_running", "dendra status shows it, dendra down stops it"},
	{localnet.ErrNotRunning, "not_running", "dendra up"},
	{localnet.ErrPortInUse, "port_in_use", "choose other ports with --port, or stop what uses them"},
	{localnet.ErrBlockTime, "bad_flag", "leave --block-time away, or erase the market with dendra reset"},
	{localnet.ErrCorrupt, "corrupt_home", "restore the file, or erase the market with dendra reset"},
	{localnet.ErrManifest, "bad_manifest", "mend the manifest, or erase the market with dendra reset"},
	{localnet.ErrStalled, "chain_stalled", "look at dendra logs chain, free some disk if it is full, then dendra up goes on where it stood"},
	{localnet.ErrNoLog, "no_log", "dendra logs without a name prints all"},
	{node.ErrCorruptHome, "corrupt_home", "restore the file from a backup; a local market is erased with dendra reset"},
	{node.ErrPortInUse, "port_in_use", "stop what uses the port, or choose another: dendra node start --help lists the doors"},
	{chain.ErrGenesis, "bad_genesis", "ask whoever made the genesis for a whole one"},
}

// explained dresses an error for a person.
func explained(err error) error {
	var early *localnet.EndedError
	if errors.As(err, &early) {
		if e := lastWords(early.Said); e != nil {
			var exit *exec.ExitError
			e.Usage = errors.As(early.Exit, &exit) && exit.ExitCode() == 2
			return e
		}
	}
	for _, k := range known {
		if errors.Is(err, k.is) {
			return &cli.Error{Code: k.code, Message: err.Error(), Fix: k.fix}
		}
	}
	return err
}

// lastWords finds the error that a process of ours, started with --json, wrote last.
func lastWords(said []string) *cli.Error {
	if len(said) == 0 {
		return nil
	}
	var wire struct {
		Error struct{ Code, Message, Fix string }
	}
	if err := json.Unmarshal([]byte(said[len(said)-1]), &wire); err != nil || wire.Error.Code == "" {
		return nil
	}
	return &cli.Error{Code: wire.Error.Code, Message: wire.Error.Message, Fix: wire.Error.Fix}
}
