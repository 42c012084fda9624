// Command dendra is the whole of Dendra in one program: the market on one machine, the chain's node, miners,
// validators, the gateway and everything a person does with them. Its commands are package internal/cli.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/dendra-net/dendra/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Main(ctx, environment())
	stop()
	os.Exit(code)
}
