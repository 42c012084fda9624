package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/dendra-net/dendra/corpus"
)

// roots are where the sources lie.
type roots struct{ debian, goroot, modules string }

// novel is a book in a file of its own, between the lines that begin and end it.
type novel struct {
	name, path string
	from, to   string // the text begins with from; it ends before to, or where the file does
}

func (r roots) novels() []novel {
	lz4 := filepath.Join(r.modules, "github.com/pierrec/lz4/v4@v4.1.22/testdata")
	ollama := filepath.Join(r.modules, "github.com/ollama/ollama@v0.17.4/tokenizer/testdata")
	return []novel{
		{"tolstoy-war-and-peace", filepath.Join(ollama, "war-and-peace.txt"), "CHAPTER I\n", ""},
		{"doyle-sherlock-holmes", filepath.Join(lz4, "pg1661.txt"), "ADVENTURE I. A SCANDAL", "End of the Project Gutenberg"},
		{"twain-tom-sawyer", filepath.Join(lz4, "Mark.Twain-Tom.Sawyer.txt"), "MOST of the adventures", ""},
		{"newton-opticks", filepath.Join(r.goroot, "src/testdata/Isaac.Newton-Opticks.txt"), "SIR ISAAC NEWTON'S ADVERTISEMENTS", ""},
	}
}

// austen is the book that is taken of those in the R package, by its first line.
const austen = "PRIDE AND PREJUDICE\n"

// sums are the SHA-256 of each part's source, so that a part cannot change unseen.
var sums = map[string]string{
	"tolstoy-war-and-peace": "eaecfcb30408e2bc35ffe69b297127e3a6ca75548c033df4d2e703b5ff711f8d",
	"doyle-sherlock-holmes": "242ec73a70f0a03dcbe007e32038e7deeaee004aaec9a09a07fa322743440fa8",
	"twain-tom-sawyer":      "461eb7cb2d57d293fc680c836464c9125e4382be3596f7d415093ae9db8fcb0e",
	"newton-opticks":        "d4a9ac22462b35e7821a4f2706c211093da678620a8f9997989ee7cf8d507bbd",
	"janeaustenr":           "8fb5198960d0da724b1562f96e4221e5c1b41ff455000280b02c55980c3d8f21",
	"go":                    "0f04a8110eacddd32d50b95cd597e0b249cf48853839995a0973e8b2f98ccc3c",
	"python":                "90f8c5c0f0df104a0110bc7eb507ff194262895fe5dad9ce0006e6bea94f2686",
}

func (r roots) works() ([]corpus.Work, error) {
	var all []corpus.Work
	for _, n := range r.novels() {
		w, err := n.read()
		if err != nil {
			return nil, err
		}
		all = append(all, w)
	}
	for _, part := range []func() ([]corpus.Work, error){r.austen, r.code, r.reference} {
		list, err := part()
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}

func (n novel) read() (corpus.Work, error) {
	raw, err := os.ReadFile(n.path)
	if err != nil {
		return corpus.Work{}, fmt.Errorf("%s: %w", n.name, err)
	}
	if err := known(n.name, raw); err != nil {
		return corpus.Work{}, err
	}
	text := plain(raw)
	start, end := bytes.Index(text, []byte(n.from)), len(text)
	if n.to != "" {
		end = bytes.Index(text, []byte(n.to))
	}
	if start < 0 || end < start {
		return corpus.Work{}, fmt.Errorf("%s does not begin with %q or end with %q", n.name, n.from, n.to)
	}
	return corpus.Work{Kind: corpus.Prose, Name: n.name, Body: append(bytes.TrimSpace(text[start:end]), '\n')}, nil
}

// plain gives a text the line ends of Unix, and no byte order mark.
func plain(raw []byte) []byte {
	return bytes.ReplaceAll(bytes.TrimPrefix(raw, []byte("\ufeff")), []byte("\r\n"), []byte("\n"))
}

func known(name string, raw []byte) error {
	sum := sha256.Sum256(raw)
	if got := hex.EncodeToString(sum[:]); got != sums[name] {
		return fmt.Errorf("%s has hash %s, want %s: another version of the source", name, got, sums[name])
	}
	return nil
}

func (r roots) austen() ([]corpus.Work, error) {
	raw, err := os.ReadFile(filepath.Join(r.debian, "usr/lib/R/site-library/janeaustenr/data/Rdata.rdb"))
	if err != nil {
		return nil, fmt.Errorf("janeaustenr: %w", err)
	}
	if err := known("janeaustenr", raw); err != nil {
		return nil, err
	}
	list, err := books(raw)
	if err != nil {
		return nil, fmt.Errorf("janeaustenr: %w", err)
	}
	for _, text := range list {
		if bytes.HasPrefix(text, []byte(austen)) {
			return []corpus.Work{{Kind: corpus.Prose, Name: "austen-pride-and-prejudice", Body: plain(text)}}, nil
		}
	}
	return nil, fmt.Errorf("janeaustenr: none of %d books begins with %q", len(list), austen)
}

// goPackages are taken from Go's standard library: text that people wrote, of many hands and matters.
var goPackages = strings.Fields(`bufio bytes compress/bzip2 compress/flate compress/gzip container/heap container/list
	container/ring context encoding/base64 encoding/csv encoding/gob encoding/hex encoding/json encoding/xml errors expvar flag fmt
	go/ast go/doc go/format go/parser go/printer go/scanner go/token image image/color image/draw image/gif image/png io
	io/fs log log/slog mime net/http net/mail net/textproto net/url os path path/filepath regexp regexp/syntax slices sort
	strconv strings sync text/scanner text/tabwriter text/template text/template/parse time unicode/utf8`)

// code takes a package's files without tests, tables that programs wrote, and files over 100 kB.
func (r roots) code() ([]corpus.Work, error) {
	const most = 100_000
	var paths []string
	for _, p := range goPackages {
		found, err := filepath.Glob(filepath.Join(r.goroot, "src", p, "*.go"))
		if err != nil {
			return nil, err
		}
		paths = append(paths, found...)
	}
	return r.tree("go", corpus.Code, filepath.Join(r.goroot, "src"), paths, func(path string, raw []byte) bool {
		return !strings.HasSuffix(path, "_test.go") && len(raw) <= most && !bytes.Contains(raw, []byte("DO NOT EDIT"))
	})
}

// pythonDocs are the parts of Python's documentation that are taken.
var pythonDocs = []string{"tutorial/*", "reference/*", "howto/*", "faq/*", "library/[a-c]*"}

func (r roots) reference() ([]corpus.Work, error) {
	dir := filepath.Join(r.debian, "usr/share/doc/python3.11/html/_sources")
	var paths []string
	for _, p := range pythonDocs {
		found, err := filepath.Glob(filepath.Join(dir, p+".rst.txt"))
		if err != nil {
			return nil, err
		}
		paths = append(paths, found...)
	}
	return r.tree("python", corpus.Reference, dir, paths, func(string, []byte) bool { return true })
}

// tree reads files that lie under dir and are wanted, and checks the hash of all of them together.
func (r roots) tree(name string, kind corpus.Kind, dir string, paths []string, wanted func(string, []byte) bool) ([]corpus.Work, error) {
	var works []corpus.Work
	var all bytes.Buffer
	seen := map[[sha256.Size]byte]bool{} // some files are there for several systems
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		sum := sha256.Sum256(raw)
		if len(raw) == 0 || seen[sum] || !wanted(path, raw) {
			continue
		}
		seen[sum] = true
		inner, err := filepath.Rel(dir, path)
		if err != nil {
			return nil, err
		}
		inner = filepath.ToSlash(inner)
		fmt.Fprintf(&all, "%s %d\n%s", inner, len(raw), raw)
		works = append(works, corpus.Work{Kind: kind, Name: name + "/" + inner, Body: plain(raw)})
	}
	if err := known(name, all.Bytes()); err != nil {
		return nil, err
	}
	return works, nil
}
