package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/wallet"
)

// app is one run of the command.
type app struct {
	Env
	settings
	client *chainclient.Client // nil until a command needs the chain
	input  *lineReader         // what is left of stdin
}

// Main runs the command line of e and returns the exit code.
func Main(ctx context.Context, e Env) int {
	a := &app{Env: e.complete()}
	a.input = &lineReader{r: a.Stdin}
	root := a.root()
	root.SetArgs(slices.Clip(a.Args))
	err := root.ExecuteContext(ctx)
	if a.client != nil {
		if closeErr := a.client.Close(); err == nil && closeErr != nil {
			err = closeErr
		}
	}
	if err == nil {
		return 0
	}
	return render(a.Stderr, err, a.json || slices.Contains(a.Args, "--json"))
}

// root is the command with all its nouns.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:               "dendra",
		Short:             "A market for machine intelligence",
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
		PersistentPreRunE: func(*cobra.Command, []string) error { return a.fill(a.Env) },
		Args:              a.noSuch,
		RunE:              func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetOut(a.Stdout)
	root.SetErr(a.Stderr)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usagef("bad_flag", "%s: %v", c.CommandPath(), err).withFix("%s --help", c.CommandPath())
	})
	f := root.PersistentFlags()
	f.StringVar(&a.home, "home", "", "directory of wallets and state (DENDRA_HOME; else ~/.dendra/local or ~/.dendra)")
	f.StringVar(&a.node, "node", "", "gRPC addresses of the chain, HOST:PORT,... (DENDRA_NODE)")
	f.StringVar(&a.wallet, "wallet", "", "wallet to act for (DENDRA_WALLET)")
	f.StringVar(&a.hotkey, "hotkey", "", "hotkey of the wallet (DENDRA_HOTKEY; default \"default\")")
	f.BoolVar(&a.json, "json", false, "print the result as JSON")
	f.BoolVar(&a.dryRun, "dry-run", false, "show what a transaction would cost and change, and send nothing")
	f.BoolVar(&a.yes, "yes", false, "answer yes to every question")
	root.AddCommand(a.localCommands()...)
	root.AddCommand(a.walletCommand(), a.subnetCommand(), a.neuronCommand(), a.stakeCommand(), a.weightsCommand(),
		a.rootCommand(), a.chainCommand(), a.minerCommand(), a.validatorCommand(), a.gatewayCommand(), a.nodeCommand(),
		a.askCommand(), a.requestCommand(), a.faucetCommand(), a.doctorCommand(), a.explainCommand(), a.versionCommand(), a.yumaCommand(), a.simCommand(), a.modelCommand())
	return root
}

// noun makes a command that only groups verbs.
func (a *app) noun(name, short string, verbs ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: name, Short: short, Args: a.noSuch, RunE: func(c *cobra.Command, _ []string) error {
		return usagef("missing_command", "%s needs a verb: %s", c.CommandPath(), verbNames(c)).withFix("%s --help", c.CommandPath())
	}}
	c.AddCommand(verbs...)
	return c
}

// noSuch refuses a word that is no command.
func (a *app) noSuch(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	err := usagef("unknown_command", "%s has no command %q; it has %s", c.CommandPath(), args[0], verbNames(c)).withFix("%s --help", c.CommandPath())
	c.SuggestionsMinimumDistance = 2
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		err.Fix = fmt.Sprintf("%s %s", c.CommandPath(), near[0])
	}
	return err
}

func verbNames(c *cobra.Command) string {
	var names []string
	for _, v := range c.Commands() {
		if v.IsAvailableCommand() {
			names = append(names, v.Name())
		}
	}
	return strings.Join(names, ", ")
}

// args checks the number of positional arguments.
func args(low, high int) cobra.PositionalArgs {
	return func(c *cobra.Command, given []string) error {
		if len(given) >= low && (high < 0 || len(given) <= high) {
			return nil
		}
		return usagef("bad_arguments", "%s takes the form %q; %d words are given after it", c.CommandPath(), c.UseLine(), len(given)).
			withFix("%s --help", c.CommandPath())
	}
}

// store is the directory of wallets.
func (a *app) store() wallet.Store { return wallet.Store{Home: a.home, Argon2: a.Argon2} }

// chain connects to the chain, once.
func (a *app) chain(ctx context.Context) (*chainclient.Client, error) {
	if a.client != nil {
		return a.client, nil
	}
	c, err := chainclient.Dial(ctx, chainclient.Options{Endpoints: a.endpoints(), ChainID: a.chainID()})
	if err != nil {
		return nil, err
	}
	a.client = c
	return c, nil
}

// emit prints a result: as JSON, or the way human does.
func (a *app) emit(result any, human func(io.Writer) error) error {
	if !a.json {
		return human(a.Stdout)
	}
	encoder := json.NewEncoder(a.Stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(result)
}

// say writes a remark that is no result.
func (a *app) say(format string, args ...any) { fmt.Fprintf(a.Stderr, format+"\n", args...) }
