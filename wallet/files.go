package wallet

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/dendra-net/dendra/internal/durable"
	"github.com/dendra-net/dendra/neuron"
)

const (
	coldkeyName = "coldkey.json"
	publicName  = "coldkey.pub.json"
	hotkeysDir  = "hotkeys"

	coldkeyFormat = "dendra coldkey"
	publicFormat  = "dendra coldkey public"
	hotkeyFormat  = "dendra hotkey"
	fileVersion   = 1
	maxFileBytes  = 64 << 10

	localWarning = "NOT SEALED: these words are in plain text, for a local network whose coins are worth nothing. Never send real TAO here."
	hotWarning   = "plain text by design: a hotkey signs a neuron's work and can move no money. Keep it on the machine of its neuron only."
)

// publicPart is what both coldkey files say; coldkey.pub.json says nothing else.
type publicPart struct {
	Format    string         `json:"format"`
	Version   int            `json:"version"`
	Name      string         `json:"name"`
	Address   neuron.Address `json:"address"`
	PublicKey []byte         `json:"public_key"`
	Path      string         `json:"path"`
	Local     bool           `json:"local,omitempty"`
}

// coldkeyFile is coldkey.json: either Vault, or Warning and Words for a local network.
type coldkeyFile struct {
	publicPart
	Vault   *vault `json:"vault,omitempty"`
	Warning string `json:"warning,omitempty"`
	Words   string `json:"words,omitempty"`
}

// bind is what the sealed words are tied to.
func (f coldkeyFile) bind() []byte {
	return fmt.Appendf(nil, "dendra/coldkey/v%d\x00%s\x00%s\x00%x\x00%s", f.Version, f.Name, f.Address, f.PublicKey, f.Path)
}

// words returns the phrase behind the file, asking for the password if it is sealed.
func (f coldkeyFile) words(password Password) (string, error) {
	if f.Local {
		return f.Words, nil
	}
	if err := f.Vault.check(); err != nil { // before the user types anything
		return "", fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	p, err := ask(password, f.Name)
	if err != nil {
		return "", err
	}
	defer clear(p)
	words, err := f.Vault.open(p, f.bind())
	defer clear(words)
	if errors.Is(err, ErrWrongPassword) {
		return "", fmt.Errorf("%w: try again; if it is lost, recover the wallet under another name from its 24 words", err)
	}
	return string(words), err
}

func (s Store) readColdkey(name string) (coldkeyFile, error) {
	path := filepath.Join(s.dir(name), coldkeyName)
	var f coldkeyFile
	if err := readFile(path, &f); err != nil {
		return f, s.explain(err, "wallet", name)
	}
	if err := f.check(path, coldkeyFormat, name); err != nil {
		return f, err
	}
	if f.Local != (f.Words != "") || f.Local == (f.Vault != nil) {
		return f, corrupt(path, "it must hold either a vault or, when local, words")
	}
	return f, nil
}

// readPublic reads coldkey.pub.json, or takes the same from coldkey.json when somebody removed it.
func (s Store) readPublic(name string) (publicPart, error) {
	path := filepath.Join(s.dir(name), publicName)
	var p publicPart
	err := readFile(path, &p)
	if errors.Is(err, fs.ErrNotExist) {
		full, err := s.readColdkey(name)
		return full.publicPart, err
	}
	if err != nil {
		return p, err
	}
	return p, p.check(path, publicFormat, name)
}

func (p publicPart) check(path, format, name string) error {
	if p.Format != format || p.Version != fileVersion {
		return corrupt(path, fmt.Sprintf("it is %q version %d; this program reads %q version %d", p.Format, p.Version, format, fileVersion))
	}
	if p.Name != name {
		return corrupt(path, fmt.Sprintf("it belongs to wallet %q; a wallet's directory cannot be renamed", p.Name))
	}
	if p.Path != Path {
		return corrupt(path, fmt.Sprintf("it uses the path %q, want %q", p.Path, Path))
	}
	if address, err := addressOf(p.PublicKey); err != nil || address != p.Address {
		return corrupt(path, "its address is not that of its public key")
	}
	return nil
}

// writeNew writes v as JSON to a file that must not exist.
func writeNew(path string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return durable.Create(path, append(text, '\n'), 0o600)
}

// readFile reads one JSON object of known fields.
func readFile(path string, into any) error {
	text, err := durable.Read(path, maxFileBytes)
	if errors.Is(err, durable.ErrTooLarge) {
		return corrupt(path, err.Error())
	}
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return corrupt(path, err.Error())
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return corrupt(path, "something follows the JSON object")
	}
	return nil
}

func corrupt(path, why string) error {
	return fmt.Errorf("%w: %s: %s; move it aside and restore it from a backup or from the recovery phrase", ErrCorrupt, path, why)
}

// explain turns a missing file into ErrNotFound.
func (s Store) explain(err error, kind, name string) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s %q %w in %s", kind, name, ErrNotFound, s.root())
	}
	return err
}

// entries lists the well-named entries of a directory, sorted; none when it does not exist.
func entries(dir string) ([]string, error) {
	list, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var names []string
	for _, e := range list {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	return names, nil
}
