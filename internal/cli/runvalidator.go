package cli

import (
	"context"
	"net"

	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/evidence"
	"github.com/dendra-net/dendra/miner"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/subnets/kind"
	"github.com/dendra-net/dendra/validator"
)

// validatorFlags are those of "validator run".
type validatorFlags struct {
	joining
	task, shards   string
	show, showURL  string
	sell, external string
	verbose        bool
}

func (a *app) validatorCommand() *cobra.Command {
	var f validatorFlags
	c := &cobra.Command{Use: "run --subnet N", Short: "Ask miners, score their answers, vote", Args: args(0, 0)}
	parse := joinFlags(c, &f.joining, &f.verbose)
	c.Flags().StringVar(&f.task, "task", "text", "kind of the subnet: "+kindList(a.Kinds))
	c.Flags().StringVar(&f.shards, "shards", "", "folder of your own text to judge by, for pretrain and mixture; what exams draw of it\nis published in the evidence (default what is shipped)")
	c.Flags().StringVar(&f.show, "evidence-listen", "", "address to show the evidence behind your votes on, HOST:PORT; not shown when empty")
	c.Flags().StringVar(&f.showURL, "evidence-url", "", "URL others reach it by (default http://EVIDENCE-LISTEN)")
	c.Flags().StringVar(&f.sell, "sell-listen", "", "address to sell the collective on, HOST:PORT, for mixture; not sold when empty")
	c.Flags().StringVar(&f.external, "external", "", "URL gateways reach it by")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if err := parse(); err != nil {
			return err
		}
		return dropDryRun(a.runValidator(c.Context(), f))
	}
	return a.noun("validator", "Score miners and earn dividends: run", c)
}

func (a *app) runValidator(ctx context.Context, f validatorFlags) error {
	k, err := findKind(a.Kinds, f.task)
	if err != nil {
		return err
	}
	if f.sell != "" && k.Sells == "" {
		return usagef("bad_flag", "validators of %s have nothing to sell", k.Name).withFix("leave --sell-listen out")
	}
	judge, err := k.Judge(kind.Rules{Shards: f.shards})
	if err != nil {
		return err
	}
	s, err := a.join(ctx, f.joining)
	if err != nil {
		return err
	}
	asker := &neuron.Client{Key: s.key, ChainID: s.client.ChainID(), PublicOnly: !isLocal(s.client.ChainID()), MaxReply: kind.MaxReply}
	defer asker.CloseIdle()
	config := validator.Config{Chain: s.client, Key: s.key, Netuid: s.netuid, Task: judge.Task, Examiner: judge.Examiner, Client: asker,
		MaxReply: kind.MaxReply, Dir: a.stateDir("validator", s), Log: a.logger(f.verbose), OnEpoch: a.reportScoring}
	var show, sell func(context.Context) error
	if f.show != "" {
		if show, config.EvidenceURL, err = a.showEvidence(ctx, f, config.Dir); err != nil {
			return err
		}
	}
	if f.sell != "" {
		sell = a.sellOpinion(f, k, s, config.Dir, asker)
	}
	a.say("scoring subnet %d with task %s as %s", s.netuid, f.task, s.key.Address())
	return together(ctx, func(ctx context.Context) error { return validator.Run(ctx, config) }, show, sell)
}

// showEvidence serves what the validator has published, and returns the URL to write on the chain.
func (a *app) showEvidence(ctx context.Context, f validatorFlags, dir string) (run func(context.Context) error, url string, err error) {
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", f.show)
	if err != nil {
		return nil, "", failf("port_in_use", "cannot serve on %s: %v", f.show, err)
	}
	if url = f.showURL; url == "" {
		url = "http://" + ln.Addr().String()
	}
	server := &evidence.Server{Dir: dir, Log: a.logger(f.verbose)}
	return func(ctx context.Context) error { return server.Run(ctx, ln) }, url, nil
}

// sellOpinion answers users, through gateways, with what the validator learned of its miners.
func (a *app) sellOpinion(f validatorFlags, k kind.Kind, s seat, dir string, asker *neuron.Client) func(context.Context) error {
	memory := func() ([]byte, error) { return validator.ReadMemory(dir, s.netuid) }
	return func(ctx context.Context) error {
		handler := k.Sell(kind.Desk{Chain: s.client, Own: s.key.Address(), Netuid: s.netuid, Asker: asker, Memory: memory, Log: a.logger(f.verbose)})
		return miner.Run(ctx, miner.Config{Chain: s.client, Key: s.key, Netuid: s.netuid, Handler: handler, Listen: f.sell, External: f.external,
			Log: a.logger(f.verbose), Ready: func(endpoint string) { a.say("selling %s at %s", k.Sells, endpoint) }})
	}
}
