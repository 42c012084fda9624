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
	full := false
	verify := &cobra.Command{Use: "verify PATH...", Short: "Check vector files, or all in a directory, against what they expect", Args: args(1, -1),
		RunE: func(c *cobra.Command, given []string) error { return a.verifyVectors(c.Context(), given, full) }}
	verify.Flags().BoolVar(&full, "full", false, "compute every point of retention plots, which takes minutes")
	for _, c := range []*cobra.Command{run, verify} {
		c.PersistentPreRunE = func(*cobra.Command, []string) error { return nil } // needs nothing of the home
	}
	return a.noun("yuma", "Yuma Consensus by itself: run, verify", run, verify)
}

// loadVector reads a file; one that is no vector is a fault of the command line.
func loadVector(path string) (vector.File, error) {
	file, err := vector.Load(path)
	var bad *vector.Error
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return file, usagef("no_such_file", "there is no file %q", path)
	case errors.As(err, &bad):
		return file, usagef("bad_vector", "%v", bad)
	case err != nil:
		return file, usagef("bad_vector", "%s cannot be read: %v", path, err)
	}
	return file, nil
}

// runVector reads and runs a file.
func runVector(path string) (vector.Result, error) {
	file, err := loadVector(path)
	if err != nil {
		return vector.Result{}, err
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
