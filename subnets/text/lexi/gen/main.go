// Command gen builds the word file that package lexi embeds from the database files of WordNet 3.0 as Debian's
// package wordnet-base installs them. From subnets/text/lexi:
//
//	apt-get install wordnet-base
//	go generate .
//
// The same input gives the same bytes. The licence of the data lies beside the file, in LICENSE-WordNet.txt.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/dendra-net/dendra/subnets/text/lexi/wordnet"
)

func main() {
	dir := flag.String("source", "/usr/share/wordnet", "directory with data.noun, index.noun, cntlist.rev and so on")
	out := flag.String("o", "wordnet.bin.zst", "file to write")
	flag.Parse()
	if err := run(*dir, *out); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(dir, out string) error {
	src, err := read(os.DirFS(dir))
	if err != nil {
		return fmt.Errorf("read WordNet from %s (Debian: apt-get install wordnet-base): %w", dir, err)
	}
	file, err := wordnet.Build(src)
	if err != nil {
		return fmt.Errorf("build: %w", err)
	}
	if err := os.WriteFile(out, file, 0o644); err != nil {
		return err
	}
	fmt.Printf("%s: %d synsets, %d lemmas, %d bytes\n", out, len(src.Synsets), len(src.Senses), len(file))
	return nil
}
