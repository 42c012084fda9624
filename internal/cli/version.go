package cli

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// versionView says what this program was built from.
type versionView struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Dirty   bool   `json:"modified"`
	Go      string `json:"go"`
	System  string `json:"system"`
}

func (a *app) versionCommand() *cobra.Command {
	c := &cobra.Command{Use: "version", Short: "Print the version of this program", Args: args(0, 0),
		RunE: func(*cobra.Command, []string) error {
			v := readVersion()
			return a.emit(v, func(w io.Writer) error {
				_, err := fmt.Fprintf(w, "dendra %s (commit %s, %s, %s)\n", v.Version, v.Commit, v.Go, v.System)
				return err
			})
		}}
	// The version is of use just when a home is broken, so nothing of the home is read.
	c.PersistentPreRunE = func(*cobra.Command, []string) error { return nil }
	return c
}

func readVersion() versionView {
	v := versionView{Version: "devel", Commit: "unknown", Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "" && info.Main.Version != "(devel)" {
		v.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Commit = s.Value[:min(len(s.Value), 12)]
		case "vcs.modified":
			v.Dirty = s.Value == "true"
		}
	}
	return v
}
