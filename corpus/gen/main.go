// Command gen builds the files that package corpus embeds, from texts that package registries serve. From corpus:
//
//	go mod download github.com/ollama/ollama@v0.17.4 github.com/pierrec/lz4/v4@v4.1.22
//	apt-get download r-cran-janeaustenr python3.11-doc
//	for p in *.deb; do dpkg -x $p debian; done
//	go run ./gen -debian debian
//
// with Go 1.26.8, whose own sources are a part. The same inputs give the same bytes, and every input is known by its
// hash: another version is refused, not taken in silently.
package main

import (
	"flag"
	"fmt"
	"go/build"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dendra-net/dendra/corpus"
)

func main() {
	var r roots
	flag.StringVar(&r.debian, "debian", "/", "directory where the two Debian packages are unpacked or installed")
	flag.StringVar(&r.goroot, "goroot", build.Default.GOROOT, "Go's own tree")
	flag.StringVar(&r.modules, "modules", "", "Go's module cache (go env GOMODCACHE)")
	out := flag.String("o", ".", "directory to write to")
	flag.Parse()
	if err := run(r, *out); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(r roots, out string) error {
	if err := r.complete(); err != nil {
		return err
	}
	works, err := r.works()
	if err != nil {
		return err
	}
	files, err := corpus.Build(works)
	if err != nil {
		return fmt.Errorf("build: %w", err)
	}
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(out, name), files[name], 0o644); err != nil {
			return err
		}
		fmt.Printf("%s: %d bytes\n", name, len(files[name]))
	}
	return nil
}

// complete asks the go command for what was not given.
func (r *roots) complete() error {
	for name, dir := range map[string]*string{"GOMODCACHE": &r.modules, "GOROOT": &r.goroot} {
		if *dir != "" {
			continue
		}
		answer, err := exec.Command("go", "env", name).Output()
		if err != nil {
			return fmt.Errorf("ask for %s: %w", name, err)
		}
		*dir = strings.TrimSpace(string(answer))
	}
	return nil
}
