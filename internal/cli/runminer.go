package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/miner"
	"github.com/dendra-net/dendra/subnets/kind"
)

// minerFlags are those of "miner run".
type minerFlags struct {
	joining
	task, upstream, model, artifact string
	listen, external                string
	cpu                             float64
	verbose                         bool
}

const minerExample = "dendra miner run --subnet 1 --wallet me --upstream http://127.0.0.1:11434/v1 --model llama3.2"

func (a *app) minerCommand() *cobra.Command {
	var f minerFlags
	c := &cobra.Command{Use: "run --subnet N --upstream URL --model NAME", Short: "Mine with any OpenAI-compatible server, a model's file, or what is built in", Args: args(0, 0)}
	parse := joinFlags(c, &f.joining, &f.verbose)
	c.Flags().StringVar(&f.task, "task", "text", "kind of the subnet: "+kindList(a.Kinds))
	c.Flags().StringVar(&f.upstream, "upstream", "", "base URL of the model server, as http://127.0.0.1:11434/v1; its key is DENDRA_UPSTREAM_KEY")
	c.Flags().StringVar(&f.model, "model", "", "name the server knows the model by; without --upstream, a model that is built in,\nor for --task vision tesseract, where that program is installed")
	c.Flags().StringVar(&f.artifact, "artifact", "", "model's file to publish, for --task pretrain: tlm, n-gram or GGUF, at most 1 MiB")
	c.Flags().Float64Var(&f.cpu, "cpu", 0, "how much of a core training may take, 0 to 1 (default a quarter)")
	c.Flags().StringVar(&f.listen, "listen", "", "address to serve on, HOST:PORT (default 127.0.0.1:0 on a local network, :9101 elsewhere)")
	c.Flags().StringVar(&f.external, "external", "", "URL others reach this miner by")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if err := parse(); err != nil {
			return err
		}
		k, err := f.check(a.Kinds, c.Flags().Changed("task"))
		if err != nil {
			return err
		}
		return dropDryRun(a.runMiner(c.Context(), f, k))
	}
	return a.noun("miner", "Answer questions and earn: run", c)
}

// check finds the kind, and refuses flags that do not say what shall answer.
func (f *minerFlags) check(kinds []kind.Kind, chosen bool) (kind.Kind, error) {
	if f.artifact != "" && !chosen {
		f.task = "pretrain"
	}
	k, err := findKind(kinds, f.task)
	if err != nil {
		return k, err
	}
	builtIn := f.upstream == "" && f.model != "" && chosen
	switch {
	case f.artifact != "" && (f.task != "pretrain" || f.upstream != "" || f.model != ""):
		return k, usagef("bad_flag", "--artifact is for --task pretrain, without --upstream and --model")
	case f.upstream != "" && f.task == "pretrain":
		return k, usagef("bad_flag", "pretrain takes files, not servers").withFix("dendra miner run --subnet %d --task pretrain --artifact FILE", f.netuid)
	case !(f.cpu >= 0 && f.cpu <= 1): // NaN is neither
		return k, usagef("bad_flag", "--cpu is %g; want 0 to 1", f.cpu)
	case f.artifact == "" && !builtIn && (f.upstream == "" || f.model == ""):
		return k, usagef("missing_flag", "a miner needs --upstream and --model, or --task and a --model that is built in (%s has %s)", k.Name, strings.Join(k.Offers(), ", ")).
			withFix(minerExample)
	case builtIn && !slices.Contains(k.Offers(), f.model):
		return k, usagef("bad_model", "%s has no built-in model %q; it has %s", k.Name, f.model, strings.Join(k.Offers(), ", ")).
			withFix("choose one of them, or add --upstream URL")
	}
	return k, nil
}

// runMiner looks at what shall answer, and where, before anything is bought.
func (a *app) runMiner(ctx context.Context, f minerFlags, k kind.Kind) error {
	up, err := a.upstream(ctx, f, k)
	if err != nil {
		return err
	}
	if err := f.ready(ctx, k); err != nil {
		return err
	}
	if err := a.place(ctx, &f); err != nil {
		return err
	}
	if err := a.fits(ctx, f, k); err != nil {
		return err
	}
	s, err := a.join(ctx, f.joining)
	if err != nil {
		return err
	}
	dir := a.stateDir("miner", s)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the miner's directory: %w", err)
	}
	work := kind.Work{Handler: up}
	if up == nil {
		place := kind.Seat{Chain: s.client, Key: s.key, Netuid: s.netuid, Dir: filepath.Join(dir, "work"), CPUShare: f.cpu,
			PublicOnly: !isLocal(s.client.ChainID()), Log: a.logger(f.verbose)}
		if f.artifact != "" {
			work, err = kind.Publish(place, f.artifact)
		} else {
			work, err = k.Mine(place, f.model)
		}
		if err != nil {
			return err
		}
	}
	config := miner.Config{Chain: s.client, Key: s.key, Netuid: s.netuid, Handler: work.Handler, Admit: work.Admit, Listen: f.listen, External: f.external,
		ReplayFile: filepath.Join(dir, "replay"), Log: a.logger(f.verbose),
		Ready: func(endpoint string) { a.say("serving subnet %d at %s", s.netuid, endpoint) }}
	return together(ctx, func(ctx context.Context) error { return miner.Run(ctx, config) },
		func(ctx context.Context) error { return a.reportEpochs(ctx, s) }, work.Run)
}

// ready refuses what could not answer on this machine.
func (f minerFlags) ready(ctx context.Context, k kind.Kind) error {
	switch {
	case f.upstream != "": // asked already
		return nil
	case f.artifact == "":
		return k.Ready(ctx, f.model)
	}
	err := kind.CheckArtifact(f.artifact)
	if errors.Is(err, fs.ErrNotExist) {
		return usagef("no_such_file", "there is no file %q", f.artifact)
	}
	return err
}

// place chooses where to serve when that was left open, and refuses addresses at which nobody could reach the miner, and a
// port that is taken.
func (a *app) place(ctx context.Context, f *minerFlags) error {
	if f.listen == "" {
		client, err := a.chain(ctx)
		if err != nil {
			return err
		}
		f.listen = ":9101"
		if isLocal(client.ChainID()) {
			f.listen = "127.0.0.1:0"
		}
	}
	if err := miner.CheckAddresses(f.listen, f.external); err != nil {
		return err
	}
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", f.listen)
	if err != nil {
		return failf("port_in_use", "cannot listen on %s: %v", f.listen, err)
	}
	return ln.Close()
}

// fits refuses what answers by itself on a subnet that is named after another kind: its validators would ask it in vain.
// Any other name says nothing.
func (a *app) fits(ctx context.Context, f minerFlags, k kind.Kind) error {
	if f.upstream != "" {
		return nil
	}
	client, err := a.chain(ctx)
	if err != nil {
		return err
	}
	market, err := client.Subnet(ctx, f.netuid)
	if err != nil {
		return err
	}
	if other, err := findKind(a.Kinds, market.Name); err != nil || other.Name == k.Name {
		return nil
	}
	what := "model " + f.model
	if f.artifact != "" {
		what = f.artifact
	}
	return usagef("wrong_kind", "subnet %d is %s; %s is for subnets of kind %s", f.netuid, market.Name, what, k.Name)
}

// upstream makes the handler that asks the model server, once it answers; nil when none is named.
func (a *app) upstream(ctx context.Context, f minerFlags, k kind.Kind) (http.Handler, error) {
	if f.upstream == "" {
		return nil, nil
	}
	up := &miner.Upstream{URL: f.upstream, Model: f.model, APIKey: a.Getenv("DENDRA_UPSTREAM_KEY")}
	if err := up.Check(ctx); err != nil {
		return nil, err
	}
	handler, err := k.Upstream(kind.Server{URL: f.upstream, Model: f.model, APIKey: up.APIKey, Chat: up})
	if err != nil {
		return nil, err
	}
	a.say("upstream ok (%s)", f.model)
	return handler, nil
}
