package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/yuma/vector"
)

func (a *app) yumaCommand() *cobra.Command {
	run := &cobra.Command{Use: "run FILE", Short: "Run the epochs of a vector file", Args: args(1, 1),
		RunE: func(_ *cobra.Command, given []string) error {
			result, err := runVector(given[0])
			if err != nil {
				return err
			}
			return a.emit(result, func(w io.Writer) error { return printSteps(w, result) })
		}}
	run.PersistentPreRunE = func(*cobra.Command, []string) error { return nil } // needs nothing of the home
	return a.noun("yuma", "Yuma Consensus by itself: run", run)
}

// runVector reads and runs a file; one that cannot be run is a fault of the command line.
func runVector(path string) (vector.Result, error) {
	file, err := vector.Load(path)
	var bad *vector.Error
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return vector.Result{}, usagef("no_such_file", "there is no file %q", path)
	case errors.As(err, &bad):
		return vector.Result{}, usagef("bad_vector", "%v", bad)
	case err != nil:
		return vector.Result{}, usagef("bad_vector", "%s cannot be read: %v", path, err)
	}
	result, err := vector.Run(file)
	if errors.Is(err, vector.ErrKind) {
		return vector.Result{}, usagef("bad_vector", "%v", err).withFix("give a vector of kind %q", vector.KindEpoch)
	}
	return result, err
}

func printSteps(w io.Writer, r vector.Result) error {
	for i, step := range r.Steps {
		if _, err := fmt.Fprintf(w, "step %d\n", i); err != nil {
			return err
		}
		t := term.Table{Columns: []term.Column{{Title: "UID", Right: true}, {Title: "PERMIT"}, {Title: "STAKE (u16)", Right: true}, {Title: "VTRUST (u16)", Right: true},
			{Title: "CONSENSUS (u16)", Right: true}, {Title: "INCENTIVE (u16)", Right: true}, {Title: "DIVIDENDS (u16)", Right: true}, {Title: "EMISSION (rao)", Right: true}}}
		for uid := range step.Incentive {
			t.Add(strconv.Itoa(uid), yesNo(step.NewPermits[uid]), u16(step.StakeWeight[uid]), u16(step.ValidatorTrust[uid]), u16(step.Consensus[uid]),
				u16(step.Incentive[uid]), u16(step.Dividends[uid]), strconv.FormatUint(step.Emission[uid], 10))
		}
		if err := t.Write(w); err != nil {
			return err
		}
	}
	return nil
}

func u16(v uint16) string { return strconv.Itoa(int(v)) }
