package wallet

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"github.com/dendra-net/dendra/internal/durable"
	"github.com/dendra-net/dendra/neuron"
)

// Store is the directory of one person's wallets. Only Home must be set; it is made when first written to.
type Store struct {
	Home   string    // directory that holds "wallets"
	Argon2 Argon2    // cost of a password guess for new coldkeys; zero means the default
	Random io.Reader // nil means crypto/rand
}

// Password asks for the password of a wallet. The caller decides how: a terminal, a file, an agent. The slice is
// wiped after use.
type Password func(wallet string) ([]byte, error)

// Options say how a new coldkey is kept.
type Options struct {
	// Password is asked once. Not needed with Local.
	Password Password
	// Local keeps the words in plain text, for networks on one's own machine whose coins are worth nothing. The
	// file says so.
	Local bool
}

// Info is what is known of a wallet without its password.
type Info struct {
	Name      string
	Address   neuron.Address // of the coldkey
	PublicKey []byte         // 33 bytes, compressed secp256k1
	Local     bool           // kept in plain text
	Hotkeys   []HotkeyInfo   // by name
}

// HotkeyInfo names one hotkey of a wallet.
type HotkeyInfo struct {
	Name    string
	Address neuron.Address
}

// Create makes a wallet with a fresh coldkey. The returned words are its only backup: show them once, store them
// nowhere. Errors: ErrExists, ErrBadName, ErrWeakPassword, ErrNoPassword.
func (s Store) Create(name string, o Options) (Info, string, error) {
	words, err := NewWords(s.random())
	if err != nil {
		return Info{}, "", err
	}
	info, err := s.Recover(name, words, o)
	if err != nil {
		return Info{}, "", err
	}
	return info, words, nil
}

// Recover makes a wallet from the words of an earlier one. Errors: as Create, and ErrBadWords.
func (s Store) Recover(name, words string, o Options) (Info, error) {
	if err := checkName(name); err != nil {
		return Info{}, err
	}
	if _, err := os.Lstat(s.dir(name)); err == nil {
		return Info{}, existsError("wallet", name)
	}
	words, err := CheckWords(words)
	if err != nil {
		return Info{}, err
	}
	cold, err := ColdkeyFromWords(words)
	if err != nil {
		return Info{}, err
	}
	file, err := s.coldkeyFile(name, words, cold, o)
	if err != nil {
		return Info{}, fmt.Errorf("create wallet %q: %w", name, err)
	}
	if err := s.install(name, file); err != nil {
		return Info{}, fmt.Errorf("create wallet %q: %w", name, err)
	}
	return s.Open(name)
}

// coldkeyFile seals the words, or writes them out for a local network.
func (s Store) coldkeyFile(name, words string, cold Coldkey, o Options) (coldkeyFile, error) {
	file := coldkeyFile{publicPart: publicPart{
		Format: coldkeyFormat, Version: fileVersion, Name: name, Local: o.Local,
		Address: cold.Address(), PublicKey: cold.PublicKey(), Path: Path,
	}}
	if o.Local {
		file.Warning, file.Words = localWarning, words
		return file, nil
	}
	password, err := ask(o.Password, name)
	if err != nil {
		return coldkeyFile{}, err
	}
	defer clear(password)
	if len(password) < minPassword {
		return coldkeyFile{}, fmt.Errorf("%w: %d bytes, want at least %d", ErrWeakPassword, len(password), minPassword)
	}
	sealed, err := seal(s.random(), s.Argon2, password, []byte(words), file.bind())
	if err != nil {
		return coldkeyFile{}, err
	}
	file.Vault = &sealed
	return file, nil
}

// install builds the whole wallet beside its place and moves it there in one step, so that a crash leaves either no
// wallet or a complete one.
func (s Store) install(name string, file coldkeyFile) error {
	if err := os.MkdirAll(s.root(), 0o700); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(s.root(), ".new-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp) // after the rename there is nothing under this name
	if err := writeWallet(tmp, file); err != nil {
		return err
	}
	if err := os.Rename(tmp, s.dir(name)); err != nil {
		if errors.Is(err, fs.ErrExist) { // also what a directory with content answers
			return existsError("wallet", name)
		}
		return err
	}
	return durable.SyncDir(s.root())
}

func writeWallet(dir string, file coldkeyFile) error {
	public := file.publicPart
	public.Format = publicFormat
	if err := os.Mkdir(filepath.Join(dir, hotkeysDir), 0o700); err != nil {
		return err
	}
	if err := writeNew(filepath.Join(dir, coldkeyName), file); err != nil {
		return err
	}
	return writeNew(filepath.Join(dir, publicName), public)
}

// List describes every wallet of the store, by name. One unreadable wallet does not hide the others: its error is
// joined to those returned beside the rest.
func (s Store) List() ([]Info, error) {
	names, err := entries(s.root())
	if err != nil {
		return nil, fmt.Errorf("list wallets: %w", err)
	}
	var out []Info
	var bad []error
	for _, name := range names {
		info, err := s.Open(name)
		if err != nil {
			bad = append(bad, err)
			continue
		}
		out = append(out, info)
	}
	return out, errors.Join(bad...)
}

// Open reads what is public about a wallet; it asks for no password. Errors: ErrNotFound, ErrCorrupt.
func (s Store) Open(name string) (Info, error) {
	if err := checkName(name); err != nil {
		return Info{}, err
	}
	public, err := s.readPublic(name)
	if err != nil {
		return Info{}, err
	}
	hotkeys, err := s.hotkeys(name)
	if err != nil {
		return Info{}, err
	}
	return Info{Name: name, Address: public.Address, PublicKey: public.PublicKey, Local: public.Local, Hotkeys: hotkeys}, nil
}

// Unlock returns the coldkey of a wallet. The password is asked for only when the wallet is sealed.
// Errors: ErrNotFound, ErrWrongPassword, ErrNoPassword, ErrCorrupt.
func (s Store) Unlock(name string, password Password) (Coldkey, error) {
	words, err := s.Words(name, password)
	if err != nil {
		return Coldkey{}, err
	}
	return ColdkeyFromWords(words)
}

// Words returns the recovery phrase of a wallet, for a backup on paper. Errors: as Unlock.
func (s Store) Words(name string, password Password) (string, error) {
	if err := checkName(name); err != nil {
		return "", err
	}
	path := filepath.Join(s.dir(name), coldkeyName)
	file, err := s.readColdkey(name)
	if err != nil {
		return "", err
	}
	words, err := file.words(password)
	if err != nil {
		return "", fmt.Errorf("unlock wallet %q: %w", name, err)
	}
	cold, err := ColdkeyFromWords(words)
	if err != nil || cold.Address() != file.Address || !bytes.Equal(cold.PublicKey(), file.PublicKey) {
		return "", corrupt(path, "its words do not make the key it names")
	}
	return words, nil
}

func ask(password Password, name string) ([]byte, error) {
	if password == nil {
		return nil, fmt.Errorf("%w: wallet %q is sealed and nothing was given to ask with", ErrNoPassword, name)
	}
	p, err := password(name)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoPassword, err)
	}
	return p, nil
}

func (s Store) random() io.Reader {
	if s.Random == nil {
		return rand.Reader
	}
	return s.Random
}

func (s Store) root() string           { return filepath.Join(s.Home, "wallets") }
func (s Store) dir(name string) string { return filepath.Join(s.root(), name) }

// nameForm allows what every file system keeps apart and no shell mistakes for an option or a path.
var nameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,62}$`)

func checkName(name string) error {
	if !nameForm.MatchString(name) {
		return fmt.Errorf("%w: %q: use 1 to 63 of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit", ErrBadName, name)
	}
	return nil
}

func existsError(kind, name string) error {
	return fmt.Errorf("%s %q %w; nothing was changed: choose another name, or move the old one away first", kind, name, ErrExists)
}
